internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// Makes reports of runs for those who follow the live page's links, one after the other, on a thread and a connection of its own.
final class ReportDesk: @unchecked Sendable {
    // @unchecked because the store is touched only by the desk's thread; others reach it by the inbox.

    enum Message: Sendable {
        case wanted(RunID, WebReply)
        case stop
    }

    let inbox = Mailbox<Message>()
    private let open: @Sendable () throws -> any CrawlDatabase

    /// Of a run with more pages no report is made here: it is read in one go, and meanwhile a file's write-ahead log cannot be emptied.
    static let mostPages: Int64 = 200_000

    /// - Parameter open: opens the database to read it.
    init(open: @escaping @Sendable () throws -> any CrawlDatabase) { self.open = open }

    func start() {
        startThread(named: "trawl-page") { [self] in
            while true {
                for message in inbox.takeAll(waitingAtMost: 3_600_000) {
                    switch message {
                    case .stop: return
                    case .wanted(let run, let reply): reply.send(answer(run))
                    }
                }
            }
        }
    }

    private func answer(_ id: RunID) -> WebResponse {
        do {
            // A connection of a moment: the next one sees a database that was replaced.
            let store = try open()
            return try store.read { reader in
                guard let run = try reader.run(id),
                    let job = try reader.jobs().first(where: { $0.id == run.job })
                else {
                    return WebResponse(.notFound, "there is no such run, or it was deleted")
                }
                guard run.progress.pages <= Self.mostPages else {
                    let name = ShellWord.quoted(job.name)
                    return WebResponse(
                        .unavailable,
                        "run \(run.number) has \(Wording.count(run.progress.pages, "page")), too many to make its report here; on the machine: trawl report \(name) --run \(run.number) -o report.html"
                    )
                }
                let document = try ReportBuilder(job: job, run: run, texts: ReportTexts(isAnonymous: false))
                    .document(from: reader)
                var bytes: [UInt8] = []
                var writer = ReportHTML(document) { bytes += $0.utf8 }
                try writer.write()
                return WebResponse(.ok, type: "text/html; charset=utf-8", body: bytes)
            }
        } catch {
            return WebResponse(.failed, "the report could not be made: \(error)")
        }
    }
}
