internal import CrawlCore
internal import CrawlEngine
internal import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import Glibc
internal import Logging

/// Serves `/healthz` and `/metrics` over HTTP. A request changes nothing.
enum StatusServer {
    /// Serves until the task is cancelled. If it cannot, it sends the daemon `listenFailed`.
    static func start(
        at address: ListenAddress, _ state: DaemonState, _ daemon: Mailbox<Daemon.Message>, _ logger: Logger
    ) -> Task<Void, Never> {
        if !address.isLoopback {
            logger.warning(
                "\(address.text) can be reached from other machines, and asks for no password")
        }
        return Task {
            do {
                try await run(at: address, state) { reason in
                    logger.warning(
                        "\(address.text) takes no more connections: \(reason); all open ones are closed",
                        metadata: ["event": "listen_refused"])
                }
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(
                    "\(address.text) cannot be served: \(error)", metadata: ["event": "listen_failed"])
                daemon.send(.listenFailed)
            }
        }
    }

    /// Serves until the task is cancelled.
    ///
    /// If accepting a connection fails since too many are open, it closes all of them and listens again a second later.
    ///
    /// - Parameter refused: called with the reason when accepting failed.
    /// - Throws: `SocketError` where it cannot listen at the address.
    private static func run(
        at address: ListenAddress, _ state: DaemonState, refused: (String) -> Void
    ) async throws {
        while true {
            do {
                try await server(at: address, state).run()
            } catch let error as SocketError {
                guard case .failed("Accept", _, let reason) = error else { throw error }
                refused(reason)
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private static func server(at address: ListenAddress, _ state: DaemonState) async -> HTTPServer {
        let server: HTTPServer
        switch address.socketAddress {
        case .ipv4(let socket): server = HTTPServer(address: socket, timeout: 5, logger: .disabled)
        case .ipv6(let socket): server = HTTPServer(address: socket, timeout: 5, logger: .disabled)
        }
        await server.appendRoute("GET /healthz") { _ in
            let trouble = health(state)
            return response(trouble.map { "\($0)\n" } ?? "ok\n", trouble == nil ? .ok : .serviceUnavailable)
        }
        await server.appendRoute("GET /metrics") { _ in
            response(Metrics.text(state), .ok, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        return server
    }

    /// How long the daemon's loop may stand still.
    private static let patience: Duration = .seconds(60)

    /// What is wrong, in a sentence; nil where all is well.
    private static func health(_ state: DaemonState) -> String? {
        let values = state.current
        if values.turnedAt + patience < .now { return "the daemon stands still" }
        if let job = values.stuck.first { return "the run of \(job) stands still" }
        return values.databaseFault
    }

    private static func response(
        _ text: String, _ status: HTTPStatusCode, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(
            statusCode: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: Data(text.utf8))
    }
}
