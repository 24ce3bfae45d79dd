internal import Synchronization

extension Atomic where Value == Int {
    /// Takes one of so many; false where there is none.
    func takeOne() -> Bool {
        var current = load(ordering: .relaxed)
        while current > 0 {
            let (exchanged, original) = weakCompareExchange(
                expected: current, desired: current - 1, ordering: .sequentiallyConsistent)
            if exchanged { return true }
            current = original
        }
        return false
    }
}

extension Atomic where Value == UInt64 {
    /// Clears a bit that most of the time is not set, which then writes nothing.
    func clear(_ bit: UInt64) {
        guard load(ordering: .relaxed) & bit != 0 else { return }
        bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
    }
}
