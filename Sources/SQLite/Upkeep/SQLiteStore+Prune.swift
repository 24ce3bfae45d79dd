package import CrawlCore
internal import GRDB
package import TrawlStore
internal import Glibc

extension SQLiteStore {
    /// Pages deleted in one transaction: a few milliseconds' worth.
    private static let pruneStep = 500
    /// Pages of the file given back in one transaction.
    private static let vacuumStep = 500

    /// Deletes a job's finished runs but for the latest ones, in small steps between which others may write, and gives the
    /// space back to the file system where the database was made for that. Blocks.
    ///
    /// If a run that stays knows pages of an older run (`unread_pages`), their rows stay, and so do those that their links lead to.
    /// The next run needs them to ask whether anything changed.
    ///
    /// - Parameter count: how many finished runs stay; at least 1.
    package func prune(_ job: JobID, keeping count: Int) throws(StoreError) -> PruneReport {
        let runs = try reading { try $0.runsToPrune(of: job, keeping: max(1, count)) }
        var report = PruneReport()
        // All runs are marked first: then pages that one of them knows from another do not stay, and no run is compared with one
        // that is half deleted.
        for run in runs {
            if try writing({ try $0.markPruned(run) }) { report.runs += 1 }
            while try inTurn({ try $0.forgetUnread(of: run, limit: SQLiteStore.pruneStep) }) {}
        }
        for run in runs {
            report.pages += try prunePages(of: run)
            while try inTurn({ try $0.pruneBatches(of: run, limit: 5_000) }) {}
            try writing { try $0.closePruned(run) }
        }
        if report.pages > 0 {
            try forgetLinks()
            try giveBackSpace()
        }
        return report
    }

    private func prunePages(of run: RunID) throws(StoreError) -> Int {
        try writing { try $0.prepareKept() }
        var cursor: Int64? = 0
        while let start = cursor {
            cursor = try inTurn { try $0.keepTargets(of: run, after: start, limit: SQLiteStore.pruneStep) }
        }
        var pages = 0
        cursor = 0
        while let start = cursor {
            let (deleted, next) = try inTurn {
                try $0.prunePages(of: run, after: start, limit: SQLiteStore.pruneStep)
            }
            pages += deleted
            cursor = next
        }
        try writing { try $0.forgetKept(of: run) }
        return pages
    }

    /// Deletes the bodies that no page has, such as those of jobs that were deleted, in small steps. Blocks.
    package func pruneBodies() throws(StoreError) {
        var last: Int64? = 0
        while let start = last {
            last = try inTurn { try $0.pruneBodies(after: start, limit: SQLiteStore.pruneStep) }
        }
    }

    /// Gives free pages back to the file system, step by step. Does nothing for a database that was not made for it.
    package func giveBackSpace() throws(StoreError) {
        guard try reading({ try $0.isIncremental() }) else { return }
        while try inTurn({ try $0.vacuumStep(pages: SQLiteStore.vacuumStep) }) {}
    }

    /// Rewrites the whole file without its free space, ready to give space back step by step from then on. Nobody else can
    /// write meanwhile, and the disk needs as much room again.
    package func vacuum() throws(StoreError) {
        do {
            try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs a step that writes, then rests for as long as it took, so that others get at the database.
    func inTurn<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError) -> Value {
        let start = MonotonicInstant.now
        let value = try writing(body)
        usleep(UInt32(clamping: max(1, (MonotonicInstant.now - start).wholeMilliseconds) * 1000))
        return value
    }
}

extension StoreTransaction {
    /// The finished runs of a job that are not among the latest ones, the oldest first.
    fileprivate func runsToPrune(of job: JobID, keeping count: Int) throws -> [RunID] {
        try Int64.fetchAll(
            database,
            sql: """
                SELECT id FROM runs
                WHERE job_id = ?1 AND state = 'finished' AND id NOT IN (
                    SELECT id FROM runs WHERE job_id = ?1 AND state = 'finished' AND pruned_at IS NULL
                    ORDER BY number DESC LIMIT ?2)
                ORDER BY number
                """, arguments: [job.rawValue, count]
        ).map(RunID.init(rawValue:))
    }

    /// Whether the run was none of those yet.
    fileprivate func markPruned(_ run: RunID) throws -> Bool {
        try database.execute(
            sql: """
                UPDATE runs SET pruned_at = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
                WHERE id = ? AND pruned_at IS NULL
                """, arguments: [run.rawValue])
        return database.changesCount > 0
    }

    /// Makes room to note the pages that stay for the links of others.
    fileprivate func prepareKept() throws {
        try database.execute(
            sql: """
                CREATE TEMP TABLE IF NOT EXISTS kept_pages (
                    run_id INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (run_id, id)) WITHOUT ROWID
                """)
    }

    fileprivate func forgetKept(of run: RunID) throws {
        try database.execute(sql: "DELETE FROM temp.kept_pages WHERE run_id = ?", arguments: [run.rawValue])
    }

    /// Whether a run that stays knows a page of a pruned run from before.
    private static let isNeeded = """
        EXISTS (
            SELECT 1 FROM unread_pages JOIN runs ON runs.id = pages.run_id
            WHERE unread_pages.job_id = runs.job_id AND unread_pages.url_key = pages.url_key
                AND unread_pages.verdict = 'unknown' AND pages.id IN (unread_pages.page_id, unread_pages.read_id))
        """

    /// Notes some of the pages that stay for the links of others that lead to them.
    ///
    /// - Returns: the last page looked at; nil at the end.
    fileprivate func keepTargets(of run: RunID, after start: Int64, limit: Int) throws -> Int64? {
        guard let end = try end(of: run, after: start, limit: limit) else { return nil }
        let needed = try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT id FROM pages WHERE id > ? AND id <= ? AND +run_id = ? AND url_key IS NOT NULL AND \(Self.isNeeded)
                    """), arguments: [start, end, run.rawValue])
        let keep = try RawStatement(
            database, "INSERT OR IGNORE INTO temp.kept_pages (run_id, id) VALUES (?, ?)")
        keep.bind(1, run.rawValue)
        for page in needed {
            for target in try keptLinks(of: PageID(rawValue: page)) {
                keep.bind(2, target)
                try keep.run()
            }
        }
        return end
    }

    /// Deletes some pages of a run, with the bodies that no page has any more.
    ///
    /// - Returns: how many, and the last page looked at; nil at the end.
    fileprivate func prunePages(of run: RunID, after start: Int64, limit: Int) throws -> (Int, Int64?) {
        guard let end = try end(of: run, after: start, limit: limit) else { return (0, nil) }
        let bodies = try Optional<Int64>.fetchAll(
            database.cachedStatement(
                sql: """
                    DELETE FROM pages
                    WHERE id > ?1 AND id <= ?2 AND +run_id = ?3
                        AND NOT EXISTS (SELECT 1 FROM temp.kept_pages WHERE run_id = ?3 AND kept_pages.id = pages.id)
                        AND (url_key IS NULL OR NOT \(Self.isNeeded))
                    RETURNING body_id
                    """), arguments: [start, end, run.rawValue])
        try deleteUnused(Set(bodies.compactMap { $0 }))
        return (bodies.count, end)
    }

    /// The last of so many pages of a run behind one; nil where there are none.
    private func end(of run: RunID, after start: Int64, limit: Int) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT max(id) FROM (
                        SELECT pages.id FROM runs
                        JOIN pages ON pages.id > max(?2, first_page_id - 1) AND pages.id <= last_page_id AND +pages.run_id = runs.id
                        WHERE runs.id = ?1 ORDER BY pages.id LIMIT ?3)
                    """), arguments: [run.rawValue, start, limit])
    }

    fileprivate func pruneBatches(of run: RunID, limit: Int) throws -> Bool {
        try database.execute(
            sql: "DELETE FROM batches WHERE id IN (SELECT id FROM batches WHERE run_id = ? LIMIT ?)",
            arguments: [run.rawValue, limit])
        return database.changesCount > 0
    }

    /// Deletes a pruned run unless pages of it stay.
    fileprivate func closePruned(_ run: RunID) throws {
        try database.execute(sql: "DELETE FROM page_orders WHERE run_id = ?", arguments: [run.rawValue])
        try database.execute(
            sql: "DELETE FROM runs WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE run_id = ?1)",
            arguments: [run.rawValue])
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
