internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore
internal import Glibc
internal import Logging
internal import Synchronization

/// Shows a run while it is going on: rows on stdout, progress on stderr.
final class CommandObserver: RunObserver {
    private struct State: Sendable {
        var writer: RowWriter?
        /// Writes items in place of pages; nil where it does not.
        var items: ItemWriter?
        var display: ProgressDisplay?
        /// What the tries came to, for the display on a terminal.
        var tally = CrawlTally()
        /// Why rows could not be written.
        var failure: CommandFailure?
    }

    private let state: Mutex<State>
    private let logger: Logger
    private let isJSON: Bool
    private let writesRows: Bool
    /// Whether the progress is drawn on a terminal.
    private let isLive: Bool
    private let other: (any RunObserver)?
    private let store: any CrawlDatabase
    private let rowsClosed: @Sendable () -> Void

    /// - Parameters:
    ///   - rows: the rows that are written; nil for none.
    ///   - store: tells which pages led to those whose rows are shown.
    ///   - besides: another observer, which is told the same.
    ///   - rowsClosed: called once no more rows can be written.
    init(
        job: String, rows: RowOutput?, store: any CrawlDatabase, output: OutputOptions, logger: Logger,
        besides other: (any RunObserver)? = nil, rowsClosed: @escaping @Sendable () -> Void
    ) {
        self.logger = logger
        self.rowsClosed = rowsClosed
        self.other = other
        self.store = store
        isJSON = output.logFormat == .json
        writesRows = rows != nil
        let writer = rows.flatMap { $0.isOfItems ? nil : $0.format }.map {
            RowWriter($0, to: STDOUT_FILENO, palette: Palette(isOn: output.usesColor(on: STDOUT_FILENO)))
        }
        // A live line would be torn by rows on the same terminal, and it is not JSON.
        isLive =
            !output.quiet && !isJSON && Terminal.takesEscapes(STDERR_FILENO)
            && (rows == nil || !Terminal.isTerminal(STDOUT_FILENO))
        let display =
            output.quiet ? nil : ProgressDisplay(job: Terminal.sanitized(job), isLive: isLive, now: .now)
        let items = rows.flatMap { $0.isOfItems ? ItemWriter($0.format, to: STDOUT_FILENO) : nil }
        state = Mutex(State(writer: writer, items: items, display: display))
        state.withLock { state in
            write(&state) { try $0.begin() }
            writeItems(&state) { try $0.begin() }
        }
    }

    /// Tells that the run has all its pages, so that its end can be foreseen.
    func foresee() { state.withLock { $0.display?.isForeseeable = true } }

    func committed(_ outcomes: [PageOutcome]) {
        other?.committed(outcomes)
        if isLive { state.withLock { $0.tally.note(outcomes) } }
        guard writesRows else { return }
        state.withLock { state in
            writeItems(&state) { writer in
                for outcome in outcomes { try writer.write(itemsOf: outcome) }
                try writer.flush()
            }
        }
        settled(withReferrers(outcomes.compactMap { ResultRow($0) }))
    }

    /// The rows, each with the page that led to it, which an outcome does not know.
    private func withReferrers(_ rows: [ResultRow]) -> [ResultRow] {
        let found = rows.filter { $0.depth > 0 }.compactMap(\.page)
        guard !found.isEmpty, let referrers = try? store.read({ try $0.referrers(of: found) }) else {
            return rows
        }
        return rows.map { row in
            var row = row
            row.referrer = row.page.flatMap { referrers[$0] }
            return row
        }
    }

    /// Writes rows of pages that are settled and in the database.
    func settled(_ rows: [ResultRow]) {
        state.withLock { state in
            write(&state) { writer in
                for row in rows { try writer.write(row) }
            }
        }
    }

    func finished(_ batches: [BatchReport]) {
        for batch in batches {
            var counts = [Wording.count(batch.pages, "page"), "\(Wording.count(batch.done)) done"]
            if batch.failed > 0 { counts.append("\(Wording.count(batch.failed)) failed") }
            if batch.skipped > 0 { counts.append("\(Wording.count(batch.skipped)) skipped") }
            if batch.retried > 0 { counts.append("\(Wording.count(batch.retried)) to be tried again") }
            let text = counts.joined(separator: ", ")
            logger.info("batch \(batch.number): \(text), \(Wording.time(milliseconds: batch.milliseconds))")
        }
    }

    func warned(_ words: String) { logger.warning("\(Terminal.sanitized(words))") }

    func logIsHeld(bytes: Int64) {
        logger.warning(
            """
            the database's write-ahead log (…-wal) has grown to \(Wording.bytes(bytes)), because another program keeps a read of \
            the database open; it grows, and may fill the disk, until that program ends (fuser names it)
            """)
    }

    func databaseIsAway(_ words: String?) {
        guard let words else { return logger.notice("the database is there again") }
        logger.warning("waiting for the database, as long as it takes: \(words)")
    }

    func progressed(_ snapshot: RunSnapshot) {
        other?.progressed(snapshot)
        state.withLock { state in
            let size = Terminal.size(STDERR_FILENO).map {
                ProgressDisplay.Size(columns: $0.columns, rows: $0.rows)
            }
            let text = state.display?.update(snapshot, state.tally, size: size ?? .init(), now: .now)
            guard let text else { return }
            if isJSON { logger.notice("\(text.dropLast())") } else { Terminal.writeError(text) }
        }
    }

    /// Clears the progress and ends the rows.
    ///
    /// - Returns: why rows could not be written; nil where they could, and where their reader closed the pipe.
    func finish() -> CommandFailure? {
        state.withLock { state in
            if isLive { Terminal.writeError(LiveBlock.clearing) }
            state.display = nil
            write(&state) { try $0.end() }
            writeItems(&state) { try $0.end() }
            state.items = nil
            state.writer = nil
            return state.failure
        }
    }

    private func writeItems(_ state: inout State, _ body: (inout ItemWriter) throws -> Void) {
        guard var writer = state.items else { return }
        do {
            try body(&writer)
            state.items = writer
        } catch {
            state.items = nil
            state.failure = error as? CommandFailure
            rowsClosed()
        }
    }

    private func write(_ state: inout State, _ body: (inout RowWriter) throws -> Void) {
        guard var writer = state.writer else { return }
        do {
            try body(&writer)
            state.writer = writer
        } catch {
            state.writer = nil
            state.failure = error as? CommandFailure
            rowsClosed()
        }
    }
}
