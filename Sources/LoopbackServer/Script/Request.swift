extension LoopbackServer {
    /// A request that is to be answered.
    package struct Request: Sendable {
        /// The method as it was sent, such as `GET`.
        package let method: String
        /// The request target as it was sent: path and query, or a whole URL from a client that uses the server as a proxy.
        package let target: String
        /// The target's path without the query, as it was sent.
        package let path: String
        /// What follows the first `?` of the target, as it was sent; nil when there is none.
        package let query: String?
        /// The header fields.
        package let headers: Headers
        /// The body; empty without a `Content-Length`.
        package let body: [UInt8]
        /// The server's address that was connected to.
        package let address: String
        /// The number of the connection, counted from 0 over all of the server's addresses.
        package let connection: Int
        /// How often the path was requested on this address before. With it a handler can say "503 twice, then 200".
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
