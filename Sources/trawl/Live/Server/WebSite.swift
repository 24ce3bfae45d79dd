/// What a ``WebServer`` serves.
protocol WebSite: Sendable {
    /// Answers a request. Called on the server's thread, which serves nobody else meanwhile.
    func answer(_ request: WebRequest) -> WebAnswer
}

/// What becomes of a request.
enum WebAnswer: Sendable {
    case now(WebResponse)
    /// The answer comes later, from another thread. The closure begins the work, and must not block.
    case later(@Sendable (WebReply) -> Void)
    /// A stream of events (HTML Standard, "Server-sent events"), each of which is what ``WebServer/publish(_:)`` was handed last.
    ///
    /// - Parameters:
    ///   - head: the fields of the answer.
    ///   - begun: called once the stream counts among ``WebServer/watchers``.
    case events(head: WebResponse, begun: @Sendable () -> Void)
}

/// Where an answer that comes later goes. One that is never sent leaves its client waiting until it goes away.
struct WebReply: Sendable {
    /// Which connection waits for it.
    let connection: UInt64
    let server: WebServer
    /// What every answer gets.
    private var finish: @Sendable (WebResponse) -> WebResponse = { $0 }

    init(connection: UInt64, server: WebServer) {
        self.connection = connection
        self.server = server
    }

    /// The same, with something that is done to the answer.
    func with(_ finish: @escaping @Sendable (WebResponse) -> WebResponse) -> WebReply {
        var reply = self
        reply.finish = finish
        return reply
    }

    func send(_ response: WebResponse) { server.deliver(finish(response), to: connection) }
}
