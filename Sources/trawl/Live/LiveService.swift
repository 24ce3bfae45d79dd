internal import CrawlEngine
internal import Logging
internal import TrawlStore

/// The live page of a process, from `--listen` to the end.
final class LiveService: Sendable {
    private let server: WebServer
    private let desks: LiveDesks

    /// Begins to serve.
    ///
    /// - Parameters:
    ///   - state: what goes on in this process.
    ///   - database: what is read for the page, on connections of its own.
    /// - Returns: nil where nothing is to be served.
    /// - Throws: `CommandFailure` where the address is taken, or the token cannot be read.
    static func start(
        _ options: ListenOptions, _ state: LiveState, _ database: DatabaseOptions, _ output: OutputOptions,
        _ logger: Logger
    ) throws -> LiveService? {
        guard let address = options.listen else { return nil }
        var token = try options.listenToken.map(AccessToken.read)
        if token == nil, !address.isLoopback {
            guard !output.quiet else {
                throw CommandFailure(
                    .usage,
                    "\(address.text) can be reached from other machines, and -q would not tell the token; give one with --listen-token FILE"
                )
            }
            token = AccessToken.random()
        }
        return try LiveService(address, token, options.names, state, database, logger)
    }

    private init(
        _ address: ListenAddress, _ token: AccessToken?, _ names: [String], _ state: LiveState,
        _ database: DatabaseOptions, _ logger: Logger
    ) throws {
        server = try WebServer(at: address) { reason in
            logger.warning(
                "\(address.text) takes no more connections for a while: \(reason)",
                metadata: ["event": "listen_refused"])
        }
        let open: @Sendable () throws -> any CrawlDatabase = { try database.open(.readOnly) }
        desks = LiveDesks(LiveReader(state, server, open: open), ReportDesk(open: open))
        let gate = RequestGate(token: token, names: names, port: server.port)
        server.start(LiveSite(gate: gate, state: state, desks: desks))
        desks.reader.start()
        desks.reports.start()
        logger.notice(
            "\(Self.words(address, server.port, token))",
            metadata: ["event": "listening", "port": "\(server.port)"])
    }

    /// Where the page is. A token that was made up here is told this once; one that was given is never told.
    private static func words(_ address: ListenAddress, _ port: UInt16, _ token: AccessToken?) -> String {
        let any = ["0.0.0.0", "::"].contains(address.host)
        let host = any ? "127.0.0.1" : address.isIPv6 ? "[\(address.host)]" : address.host
        let key = token.flatMap { $0.isOurs ? "#token=\($0.text)" : nil } ?? ""
        let elsewhere = any ? ", or with this machine's address in its place" : ""
        let warning =
            address.isLoopback
            ? "" : "; it is not encrypted, so use it in a network that you trust, or behind a proxy with TLS"
        return "live page: http://\(host):\(port)/\(key)\(elsewhere)\(warning)"
    }

    /// Closes all connections.
    func stop() {
        server.stop()
        desks.reader.inbox.send(.stop)
        desks.reports.inbox.send(.stop)
    }
}
