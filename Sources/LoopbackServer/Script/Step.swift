extension LoopbackServer {
    /// One act of the server in answering a request. A script of them can say anything that TCP can carry.
    package enum Step: Sendable {
        /// Sends bytes, however long the client takes to accept them.
        case send([UInt8])
        /// Does nothing for a while.
        case wait(Duration)
        /// Does nothing until a latch is open.
        case hold(Latch)
        /// Sends bytes over and over without end, a pause after each time; the bytes must not be empty. What comes
        /// after it is never played.
        case `repeat`([UInt8], every: Duration)
        /// Does nothing until the client or the server closes the connection.
        case stall
        /// Counts the response as complete: what follows befalls an idle connection.
        case finish
        /// Closes the connection in order (FIN). What was sent still arrives.
        case close
        /// Breaks the connection (RST). What the client's kernel has not accepted yet is lost.
        case reset

        /// Sends text as UTF-8.
        package static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Sends text as UTF-8 over and over without end, a pause after each time.
        package static func `repeat`(_ text: String, every interval: Duration = .zero) -> Step {
            .repeat(Array(text.utf8), every: interval)
        }
    }
}
