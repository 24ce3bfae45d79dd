extension LoopbackServer {
    /// One request as the server saw it, and what became of its response.
    package struct Exchange: Sendable {
        /// The server's address that was connected to.
        package let address: String
        /// The number of the connection, counted from 0 over all of the server's addresses.
        package let connection: Int
        /// The method as it was sent, such as `GET`.
        package let method: String
        /// The request target as it was sent: path and query, or a whole URL from a client that uses the server as a proxy.
        package let target: String
        /// The target's path without the query, as it was sent.
        package let path: String
        /// The header fields as they were sent.
        package let headers: Headers
        /// When the head had come, with the precision of the kernel's ticks.
        package let startedAt: ContinuousClock.Instant
        /// When the last byte of the response was written, or the connection was closed; nil until then.
        package internal(set) var finishedAt: ContinuousClock.Instant?
        /// How it ended; nil until it has.
        package internal(set) var end: End?
        /// How many bytes of the response the kernel has taken, its head included; 0 until the end.
        package internal(set) var bytesSent = 0

        /// How an exchange can end.
        package enum End: Sendable, Equatable {
            /// The server has done all of its response's steps, even if they cut the body off or reset the connection.
            case answered
            /// The client closed the connection first.
            case abandoned
            /// The server was stopped first.
            case stopped
        }
    }
}
