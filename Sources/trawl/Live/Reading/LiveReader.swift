internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// Reads the database for all who look at the live page, once a second and only while somebody looks.
///
/// It has a thread and a connection of its own, so that the crawl waits for nobody who looks. A snapshot is made once, and goes to all.
final class LiveReader: @unchecked Sendable {
    // @unchecked because the state is touched only by the reader's thread; others reach it by the inbox.

    enum Message: Sendable {
        /// Somebody wants the state as it is.
        case wanted(WebReply)
        /// Somebody wants to be told of what changes.
        case watched
        case stop
    }

    let inbox = Mailbox<Message>()
    private let open: @Sendable () throws -> any CrawlDatabase
    private let server: WebServer
    private var builder: SnapshotBuilder
    private var store: (any CrawlDatabase)?
    private var latest: (at: MonotonicInstant, json: String)?
    private var number: UInt64 = 0

    /// The time between two snapshots.
    private static let interval: Duration = .seconds(1)

    /// - Parameter open: opens the database to read it.
    init(_ state: LiveState, _ server: WebServer, open: @escaping @Sendable () throws -> any CrawlDatabase) {
        builder = SnapshotBuilder(state)
        self.server = server
        self.open = open
    }

    func start() { startThread(named: "trawl-live") { self.work() } }

    private func work() {
        while true {
            var waiting: [WebReply] = []
            for message in inbox.takeAll(waitingAtMost: wait) {
                switch message {
                case .wanted(let reply): waiting.append(reply)
                case .watched: break
                case .stop: return
                }
            }
            let isWatched = server.watchers > 0
            guard isWatched || !waiting.isEmpty else { continue }
            if isOld { make(isWatched: isWatched) }
            let response = WebResponse(
                .ok, type: "application/json", body: Array((latest?.json ?? "{}").utf8))
            for reply in waiting { reply.send(response) }
        }
    }

    private var isOld: Bool { latest.map { $0.at + Self.interval <= .now } ?? true }

    /// Milliseconds to the next look.
    private var wait: Int64 {
        guard server.watchers > 0 else { return 3_600_000 }
        guard let latest else { return 0 }
        return max(0, (latest.at + Self.interval - .now).wholeMilliseconds)
    }

    private func make(isWatched: Bool) {
        let json = read().json
        latest = (.now, json)
        number += 1
        // JSON has no line ends, which would end the event.
        if isWatched { server.publish(Array("id: \(number)\ndata: \(json)\n\n".utf8)) }
    }

    private func read() -> LiveSnapshot {
        do {
            let store = try store ?? open()
            self.store = store
            builder.sharesRuns = store.sharesRuns
            return try store.read { try builder.snapshot(from: $0) }
        } catch {
            // The next look opens it anew: the file may have been replaced, the server may be back.
            store = nil
            return builder.snapshot(without: "the database cannot be read: \(error)")
        }
    }
}
