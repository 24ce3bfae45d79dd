import Synchronization

extension LoopbackServer {
    /// Holds responses back until a test, or a later request, lets them go.
    ///
    /// With one, a test says "the first answer comes after the third request" without any time in it:
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
            /// The loops that hold a response back.
            var wakers: [Waker] = []
        }

        private let state = Mutex(State())

        /// A closed one.
        package init() {}

        /// Lets go what is held, and holds nothing from now on.
        package func open() {
            let wakers = state.withLock { state in
                state.isOpen = true
                defer { state.wakers = [] }
                return state.wakers
            }
            for waker in wakers { waker.wake() }
        }

        /// Whether it is open; if not, the loop is woken when it is.
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
