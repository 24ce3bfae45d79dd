extension LoopbackServer {
    /// One request as the server saw it, and how its answer went.
    package struct Exchange: Sendable {
        /// The address that it came in on.
        package let address: String
        /// The connection it came in on, counted from 0 over all of the server's addresses.
        package let connection: Int
        /// The method as sent, `GET` for one.
        package let method: String
        /// The request target as sent: path and query, or a whole URL from a client that takes this for a proxy.
        package let target: String
        /// The target's path without the query, as sent.
        package let path: String
        /// The header fields as sent.
        package let headers: Headers
        /// When the head had come in, as exactly as the kernel's ticks are.
        package let startedAt: ContinuousClock.Instant
        /// When the response's last byte had been written or the connection was closed; nil until then.
        package internal(set) var finishedAt: ContinuousClock.Instant?
        /// How it ended; nil until then.
        package internal(set) var end: End?
        /// The bytes that the kernel took of the response, its head included; 0 until the end.
        package internal(set) var bytesSent = 0

        /// How an exchange may end.
        package enum End: Sendable, Equatable {
            /// The response was played to its end, which may be a truncation or a reset.
            case answered
            /// The client closed the connection first.
            case abandoned
            /// The server was stopped first.
            case stopped
        }
    }
}
