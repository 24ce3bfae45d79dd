extension LoopbackServer {
    /// A request that is to be answered.
    package struct Request: Sendable {
        /// The method as sent, `GET` for one.
        package let method: String
        /// The request target as sent: path and query, or a whole URL from a client that takes this for a proxy.
        package let target: String
        /// The target's path without the query, as sent.
        package let path: String
        /// What follows the target's first `?`, as sent; nil where there is none.
        package let query: String?
        /// The header fields.
        package let headers: Headers
        /// The body; empty without a `Content-Length`.
        package let body: [UInt8]
        /// The server's address that it came in on.
        package let address: String
        /// The connection it came in on, counted from 0 over all of the server's addresses.
        package let connection: Int
        /// How often this path was requested of this address before, so that a handler can say "503 twice, then 200".
        package let hit: Int

        init(head: RequestHead, body: [UInt8], address: String, connection: Int, hit: Int) {
            method = head.method
            target = head.target
            path = head.path
            query = head.query
            headers = head.headers
            self.body = body
            self.address = address
            self.connection = connection
            self.hit = hit
        }
    }
}
