internal import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import Glibc

/// Serves the demo site on this machine.
struct DemoServer {
    let port: UInt16
    /// Called for each request with what was answered.
    let log: @Sendable (String) -> Void

    var origin: String { "http://127.0.0.1:\(port)" }

    /// Serves until the process ends.
    ///
    /// - Parameter ready: called once it listens.
    /// - Throws: `CommandFailure` where it cannot listen.
    func run(ready: @escaping @Sendable () -> Void) async throws {
        let address: sockaddr_in
        do {
            address = try .inet(ip4: "127.0.0.1", port: port)
        } catch {
            throw CommandFailure(.internalError, "127.0.0.1 is no address here: \(error)")
        }
        let server = HTTPServer(address: address, timeout: 15, logger: .disabled)
        let site = DemoSite(origin: origin)
        let log = log
        await server.appendRoute("*") { request in try await Self.respond(to: request, site, log) }
        let announcement = Task {
            try await server.waitUntilListening()
            ready()
        }
        defer { announcement.cancel() }
        do {
            try await server.run()
        } catch {
            var reason = "\(error)"
            if case .failed(_, _, let message)? = error as? SocketError { reason = message }
            throw CommandFailure(
                .io,
                "port \(port) cannot be served: \(reason); choose another: trawl demo --port \(port &+ 1)")
        }
    }

    private static func respond(
        to request: HTTPRequest, _ site: DemoSite, _ log: @Sendable (String) -> Void
    ) async throws -> HTTPResponse {
        let minute = Int(Date().timeIntervalSince1970) / 60
        var answer = site.answer(
            path: request.target.path(), page: request.query.first { $0.name == "page" }?.value,
            minute: minute)
        if answer.delay > .zero { try await Task.sleep(for: answer.delay) }
        if answer.status == 200 {
            let tag = answer.entityTag
            if request.headers[.init("If-None-Match")] == tag { answer = DemoAnswer(status: 304) }
            answer.fields["ETag"] = tag
        }
        let query = request.target.query()
        log(
            "\(request.method.rawValue) \(request.target.path())\(query.isEmpty ? "" : "?\(query)") \(answer.status)"
        )
        let body = Data(answer.body.utf8)
        var headers: HTTPHeaders = [.contentType: answer.type]
        for field in answer.fields { headers[.init(field.key)] = field.value }
        if answer.status == 304 {
            headers[.contentType] = nil
        } else {
            headers[.contentLength] = String(body.count)
        }
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: Self.phrases[answer.status] ?? ""),
            headers: headers,
            body: request.method == .HEAD || answer.status == 304 ? Data() : body)
    }

    private static let phrases = [
        200: "OK", 301: "Moved Permanently", 304: "Not Modified", 404: "Not Found",
        500: "Internal Server Error",
    ]
}
