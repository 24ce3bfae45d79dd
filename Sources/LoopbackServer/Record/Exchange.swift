extension LoopbackServer {
    /// One request as the server saw it, and how its answer went.
    public struct Exchange: Sendable {
        /// The address that it came in on.
        public let address: String
        /// The connection it came in on, counted from 0 over all of the server's addresses.
        public let connection: Int
        /// The method as sent, `GET` for one.
        public let method: String
        /// The request target as sent: path and query, or a whole URL from a client that takes this for a proxy.
        public let target: String
        /// The target's path without the query, as sent.
        public let path: String
        /// The header fields as sent.
        public let headers: Headers
        /// When the head had come in, as exactly as the kernel's ticks are.
        public let startedAt: ContinuousClock.Instant
        /// When the response's last byte had been written or the connection was closed; nil until then.
        public internal(set) var finishedAt: ContinuousClock.Instant?
        /// How it ended; nil until then.
        public internal(set) var end: End?
        /// The bytes that the kernel took of the response, its head included; 0 until the end.
        public internal(set) var bytesSent = 0

        /// How an exchange may end.
        public enum End: Sendable, Equatable {
            /// The response was played to its end, which may be a truncation or a reset.
            case answered
            /// The client closed the connection first.
            case abandoned
            /// The server was stopped first.
            case stopped
        }
    }
}
