public import CrawlCore
internal import GRDB
internal import Glibc

/// What was deleted.
public struct PruneReport: Sendable, Equatable {
    /// Runs, and pages of them.
    public var runs = 0
    /// Pages of those runs.
    public var pages = 0

    /// Nothing.
    public init() {}
}

extension Store {
    /// Pages deleted in one transaction: a few milliseconds' worth.
    private static let pruneStep = 500
    /// Pages of the file given back in one transaction.
    private static let vacuumStep = 500

    /// Deletes a job's finished runs but for the latest ones, in small steps between which others may write, and gives the
    /// space back to the file system where the database was made for that. Blocks.
    ///
    /// - Parameter count: how many finished runs stay; at least 1.
    public func prune(_ job: JobID, keeping count: Int) throws(StoreError) -> PruneReport {
        var report = PruneReport()
        while let run = try read({ try $0.runToPrune(of: job, keeping: max(1, count)) }) {
            while true {
                let deleted = try inTurn { try $0.prunePages(of: run, limit: Store.pruneStep) }
                report.pages += deleted
                guard deleted > 0 else { break }
            }
            while try inTurn({ try $0.pruneBatches(of: run, limit: 5_000) }) {}
            try write { try $0.deleteRun(run) }
            report.runs += 1
        }
        if report.runs > 0 { try giveBackSpace() }
        return report
    }

    /// Deletes the bodies that no page has, such as those of jobs that were deleted, in small steps. Blocks.
    public func pruneBodies() throws(StoreError) {
        var last: Int64? = 0
        while let start = last {
            last = try inTurn { try $0.pruneBodies(after: start, limit: Store.pruneStep) }
        }
    }

    /// Gives free pages back to the file system, step by step. Does nothing for a database that was not made for it.
    public func giveBackSpace() throws(StoreError) {
        guard try read({ try $0.isIncremental() }) else { return }
        while try inTurn({ try $0.vacuumStep(pages: Store.vacuumStep) }) {}
    }

    /// Rewrites the whole file without its free space, ready to give space back step by step from then on. Nobody else can
    /// write meanwhile, and the disk needs as much room again.
    public func vacuum() throws(StoreError) {
        do {
            try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// A step that writes, then as long a rest as it took: whoever waits for the database gets it.
    private func inTurn<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError) -> Value {
        let start = MonotonicInstant.now
        let value = try write(body)
        usleep(UInt32(clamping: max(1, (MonotonicInstant.now - start).wholeMilliseconds) * 1000))
        return value
    }
}

extension StoreTransaction {
    /// The oldest finished run of a job that is not among the latest ones.
    fileprivate func runToPrune(of job: JobID, keeping count: Int) throws -> RunID? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT min(id) FROM runs WHERE job_id = ?1 AND state = 'finished' AND id NOT IN
                    (SELECT id FROM runs WHERE job_id = ?1 AND state = 'finished' ORDER BY number DESC LIMIT ?2)
                """, arguments: [job.rawValue, count]
        ).map(RunID.init(rawValue:))
    }

    /// Deletes some pages of a run, with the bodies that no page has any more.
    fileprivate func prunePages(of run: RunID, limit: Int) throws -> Int {
        let bodies = try Optional<Int64>.fetchAll(
            database.cachedStatement(
                sql: """
                    DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE run_id = ? LIMIT ?) RETURNING body_id
                    """), arguments: [run.rawValue, limit])
        try deleteUnused(Set(bodies.compactMap { $0 }))
        return bodies.count
    }

    fileprivate func pruneBatches(of run: RunID, limit: Int) throws -> Bool {
        try database.execute(
            sql: "DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE run_id = ? LIMIT ?)",
            arguments: [run.rawValue, limit])
        return database.changesCount > 0
    }

    fileprivate func deleteRun(_ run: RunID) throws {
        try database.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.rawValue])
    }

    fileprivate func isIncremental() throws -> Bool {
        try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") == 2
    }

    /// Whether there is more to give back.
    fileprivate func vacuumStep(pages: Int) throws -> Bool {
        let before = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        guard before > 0 else { return false }
        // Each row that it is stepped through gives one page back.
        _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(pages))")
        let after = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        return after > 0 && after < before
    }
}
