import Synchronization

extension LoopbackServer {
    /// Holds responses back until a test, or a later request, opens it.
    ///
    /// With a latch a test can say "the first response comes after the third request" without any delays:
    ///
    /// ```swift
    /// let latch = LoopbackServer.Latch()
    /// let server = try LoopbackServer { request in
    ///     if request.path == "/third" { latch.open() }
    ///     return .text("ok").held(by: latch)
    /// }
    /// ```
    package final class Latch: Sendable {
        private struct State: Sendable {
            var isOpen = false
            /// The wakers of the servers that hold a response back.
            var wakers: [Waker] = []
        }

        private let state = Mutex(State())

        /// A closed latch.
        package init() {}

        /// Opens the latch for good, and releases the responses that it holds.
        package func open() {
            let wakers = state.withLock { state in
                state.isOpen = true
                defer { state.wakers = [] }
                return state.wakers
            }
            for waker in wakers { waker.wake() }
        }

        /// Whether it is open. If it is not, the server is woken when it opens.
        func isOpen(orWakes waker: Waker) -> Bool {
            state.withLock { state in
                if !state.isOpen && !state.wakers.contains(where: { $0 === waker }) {
                    state.wakers.append(waker)
                }
                return state.isOpen
            }
        }
    }
}
