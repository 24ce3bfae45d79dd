internal import CrawlCore
internal import Dispatch
internal import Glibc

/// Serves the demo site on this machine.
struct DemoServer: WebSite {
    let origin: String
    private let site: DemoSite
    private let server: WebServer
    /// Called for each request with what was answered.
    private let log: @Sendable (String) -> Void

    /// Listens.
    ///
    /// - Parameter port: a port at 127.0.0.1.
    /// - Throws: `CommandFailure` where it cannot listen.
    init(port: UInt16, log: @escaping @Sendable (String) -> Void) throws {
        guard let address = ListenAddress(argument: "127.0.0.1:\(port)") else {
            throw CommandFailure(.internalError, "127.0.0.1:\(port) is no address here")
        }
        // A crawl of the shop may well ask for many pages at once.
        var limits = WebLimits()
        limits.connections = 1_000
        do {
            server = try WebServer(at: address, limits: limits) { log("no connection: \($0)") }
        } catch let failure as CommandFailure {
            throw CommandFailure(
                failure.status, "\(failure.message); choose another port: trawl demo --port \(port &+ 1)")
        }
        origin = "http://\(address.text)"
        site = DemoSite(origin: origin)
        self.log = log
    }

    /// Serves, on a thread of its own, until the process ends.
    func start() { server.start(self) }

    func answer(_ request: WebRequest) -> WebAnswer {
        let minute = time(nil) / 60
        var answer = site.answer(path: request.path, page: page(of: request), minute: minute)
        let delay = answer.delay
        if answer.status == 200 {
            let tag = answer.entityTag
            if request.values(of: "if-none-match") == [tag] { answer = DemoAnswer(status: 304) }
            answer.fields["ETag"] = tag
        }
        let target = request.path + (request.query.isEmpty ? "" : "?\(request.query)")
        log("\(request.method) \(target) \(answer.status)")
        let response = response(answer)
        guard delay > .zero else { return .now(response) }
        return .later { reply in
            let milliseconds = DispatchTimeInterval.milliseconds(Int(delay.wholeMilliseconds))
            DispatchQueue.global().asyncAfter(deadline: .now() + milliseconds) { reply.send(response) }
        }
    }

    /// The value of `page` in the query.
    private func page(of request: WebRequest) -> String? {
        request.query.split(separator: "&").first { $0.hasPrefix("page=") }.map { String($0.dropFirst(5)) }
    }

    private func response(_ answer: DemoAnswer) -> WebResponse {
        var response = WebResponse(
            WebResponse.Status(rawValue: answer.status) ?? .failed, type: answer.type,
            body: Array(answer.body.utf8))
        if answer.status == 304 { response.fields = [] }
        for field in answer.fields.sorted(by: { $0.key < $1.key }) {
            response = response.with(field.key, field.value)
        }
        return response
    }
}
