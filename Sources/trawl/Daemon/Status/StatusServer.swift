internal import ArgumentParser
internal import CrawlCore
internal import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import Glibc

/// `/healthz` and `/metrics` over HTTP. Nothing can be changed there.
enum StatusServer {
    /// Serves until the task is cancelled.
    ///
    /// Where no connection can be taken, as too many are open, all are closed and it listens again a second later.
    ///
    /// - Parameter refused: told why no connection could be taken.
    /// - Throws: `SocketError` where it cannot listen at the address.
    static func run(
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

    /// How long the daemon's own loop may stand still.
    private static let patience: Duration = .seconds(60)

    /// What is wrong, in a sentence; nil where nothing is.
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

/// An address and port to listen at: `9464`, `127.0.0.1:9464` or `[::1]:9464`.
struct ListenAddress: ExpressibleByArgument {
    enum SocketAddress: Sendable {
        case ipv4(sockaddr_in)
        case ipv6(sockaddr_in6)
    }

    let text: String
    let socketAddress: SocketAddress
    /// Whether only this machine can reach it.
    let isLoopback: Bool

    init?(argument: String) {
        let parts = argument.split(separator: ":")
        guard let word = parts.last, let port = UInt16(word),
            word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        text = argument
        let host = argument.dropLast(word.count).dropLast()
        if host.isEmpty || !host.hasPrefix("[") {
            let name = host.isEmpty ? "127.0.0.1" : String(host)
            guard let address = try? sockaddr_in.inet(ip4: name, port: port) else { return nil }
            socketAddress = .ipv4(address)
            isLoopback = name.hasPrefix("127.")
        } else {
            let name = String(host.dropFirst().dropLast())
            guard let address = try? sockaddr_in6.inet6(ip6: name, port: port) else { return nil }
            socketAddress = .ipv6(address)
            isLoopback = name == "::1"
        }
    }
}
