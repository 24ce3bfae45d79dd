internal import CrawlFetch
internal import Synchronization
internal import WARC

/// Writes a run's exchanges to WARC files, on a thread of its own, so that no loop waits for the disk.
///
/// What waits to be written is bounded: above ``roomLimit`` bytes ``hasRoom`` is false, and the loops start nothing new.
final class ExchangeArchive: ExchangeKeeper {
    /// How much may wait, in bytes; what is under way comes on top.
    static let roomLimit = 64 << 20

    private enum Message: Sendable {
        case exchange(HTTPExchange)
        case end
    }

    private let mailbox = Mailbox<Message>()
    private let ended = Mailbox<WARCError?>()
    private let waitingBytes = Atomic(0)
    private let hasFailed = Atomic(false)

    /// An archive in a folder.
    ///
    /// - Parameters:
    ///   - prefix: what the files' names begin with.
    ///   - failed: told once when a file cannot be written; on the archive's thread.
    /// - Throws: `WARCError` where the folder cannot be made.
    init(folder: String, prefix: String, software: String, failed: @escaping @Sendable () -> Void)
        throws(WARCError)
    {
        // The lock is never contended: only the thread takes it, for the whole of its life.
        let writer = Mutex(try WARCWriter(folder: folder, prefix: prefix, software: software))
        let box = WriterBox(writer: writer)
        startThread(named: "trawl-warc") { [self] in
            let error = box.writer.withLock { write(with: $0, failed) }
            ended.send(error)
        }
    }

    var hasRoom: Bool { waitingBytes.load(ordering: .relaxed) < Self.roomLimit }

    func keep(_ exchange: HTTPExchange) {
        guard !hasFailed.load(ordering: .relaxed) else { return }
        waitingBytes.add(exchange.size, ordering: .relaxed)
        mailbox.send(.exchange(exchange))
    }

    /// Waits until all is written and the last file is closed.
    ///
    /// - Throws: what kept a file from being written, and all that came after.
    func close() throws(WARCError) {
        mailbox.send(.end)
        while true {
            if let error = ended.takeAll(waitingAtMost: 60_000).first {
                if let error { throw error }
                return
            }
        }
    }

    /// The thread's whole life.
    private func write(with writer: WARCWriter, _ failed: () -> Void) -> WARCError? {
        var failure: WARCError?
        while true {
            for message in mailbox.takeAll(waitingAtMost: 60_000) {
                guard case .exchange(let exchange) = message else {
                    if failure == nil { failure = attempt { () throws(WARCError) in try writer.close() } }
                    return failure
                }
                waitingBytes.subtract(exchange.size, ordering: .relaxed)
                guard failure == nil else { continue }
                failure = attempt { () throws(WARCError) in try writer.write(exchange) }
                guard failure != nil else { continue }
                hasFailed.store(true, ordering: .relaxed)
                failed()
            }
        }
    }

    private func attempt(_ body: () throws(WARCError) -> Void) -> WARCError? {
        do throws(WARCError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// Takes the writer, which belongs to one thread, to that thread.
    private final class WriterBox: Sendable {
        let writer: Mutex<WARCWriter>
        init(writer: consuming sending Mutex<WARCWriter>) { self.writer = writer }
    }
}

extension HTTPExchange {
    /// What it takes in memory, roughly.
    fileprivate var size: Int {
        requestHead.count + requestBody.count + responseHead.count + responseBody.count + 512
    }
}
