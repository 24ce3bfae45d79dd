/// Wake-up calls in order of time, in a binary heap.
///
/// A call stays when its connection is closed. Whoever takes it checks whether the connection is still there.
struct TimerQueue {
    struct Call: Equatable {
        let instant: ContinuousClock.Instant
        let descriptor: Int32
        let connection: Int
    }

    private var heap: [Call] = []

    /// The earliest instant; nil when there is no call.
    var earliest: ContinuousClock.Instant? { heap.first?.instant }

    mutating func insert(_ call: Call) {
        heap.append(call)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].instant < heap[parent].instant else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest call; nil when it is not due.
    mutating func popDue(at now: ContinuousClock.Instant) -> Call? {
        guard let first = heap.first, first.instant <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].instant < heap[least].instant { least = child }
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
