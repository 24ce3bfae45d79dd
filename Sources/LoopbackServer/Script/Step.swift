extension LoopbackServer {
    /// One thing that the server does to answer a request. A script of steps can send anything that TCP can carry.
    package enum Step: Sendable {
        /// Sends bytes, and waits until the client has accepted them.
        case send([UInt8])
        /// Does nothing for a while.
        case wait(Duration)
        /// Does nothing until a latch is open.
        case hold(Latch)
        /// Sends bytes again and again without end, with a pause after each time. The bytes must not be empty. Steps after
        /// this one are never reached.
        case `repeat`([UInt8], every: Duration)
        /// Does nothing until the client or the server closes the connection.
        case stall
        /// Counts the response as complete. The following steps happen on an idle connection.
        case finish
        /// Closes the connection properly (FIN). What was sent still arrives.
        case close
        /// Breaks the connection (RST). Bytes that the client's kernel has not accepted yet are lost.
        case reset

        /// Sends text as UTF-8.
        package static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Sends text as UTF-8 again and again without end, with a pause after each time.
        package static func `repeat`(_ text: String, every interval: Duration = .zero) -> Step {
            .repeat(Array(text.utf8), every: interval)
        }
    }
}
