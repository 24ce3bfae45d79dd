import Synchronization

/// The ledger with a lock around it: the server's thread writes it, and tests read it from theirs.
final class SharedLedger: Sendable {
    private struct Waiter: Sendable {
        let identifier: Int
        let condition: @Sendable (LoopbackServer.Counters) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State: Sendable {
        var ledger: Ledger
        var waiters: [Waiter] = []
        var nextIdentifier = 0
        /// Whether the server has stopped, so that nothing will change any more.
        var isClosed = false
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    init(_ ledger: Ledger) {
        state = Mutex(State(ledger: ledger))
    }

    func read<Value: Sendable>(_ body: (Ledger) -> Value) -> Value {
        state.withLock { body($0.ledger) }
    }

    /// Changes the ledger and wakes the waiters whose condition has come true.
    func update<Value: Sendable>(_ body: (inout Ledger) -> Value) -> Value {
        let (value, ready) = state.withLock { state in
            let value = body(&state.ledger)
            guard !state.waiters.isEmpty else { return (value, [Waiter]()) }
            let total = state.ledger.total
            let ready = state.waiters.filter { $0.condition(total) }
            state.waiters.removeAll { waiter in ready.contains { $0.identifier == waiter.identifier } }
            return (value, ready)
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
        return value
    }

    /// Notes that nothing will change any more, and wakes all waiters.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in left { waiter.continuation.resume(returning: false) }
    }

    /// Waits until a condition holds.
    ///
    /// - Returns: whether it does; false when the ledger was closed or the task was cancelled before.
    func wait(until condition: @escaping @Sendable (LoopbackServer.Counters) -> Bool) async -> Bool {
        let identifier = state.withLock { state in
            state.nextIdentifier += 1
            return state.nextIdentifier
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(identifier: identifier, condition: condition, continuation: continuation)
                if let answer = enlist(waiter) { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancel(identifier)
        }
    }

    /// Adds a waiter, or returns its answer when that is known already.
    private func enlist(_ waiter: Waiter) -> Bool? {
        state.withLock { state in
            if waiter.condition(state.ledger.total) { return true }
            if state.isClosed || state.cancelled.remove(waiter.identifier) != nil { return false }
            state.waiters.append(waiter)
            return nil
        }
    }

    private func cancel(_ identifier: Int) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.identifier == identifier }) else {
                state.cancelled.insert(identifier)  // It has not begun to wait yet.
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: false)
    }
}
