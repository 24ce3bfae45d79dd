internal import GRDB
package import TrawlStore
internal import Glibc

extension SQLiteStore {
    /// Pages of the file copied at a time.
    private static let backupStep: CInt = 1_000

    /// Copies the database as it is at this moment into another file, while others go on writing. The copy appears under its
    /// name once it is whole, in the place of a file that has that name; nobody is at work on its runs. Blocks.
    ///
    /// What is written meanwhile stays in the write-ahead log until the copy is done.
    ///
    /// - Parameter progressed: called with the bytes copied so far and in all.
    package func backUp(to target: String, progressed: @escaping (Int64, Int64) -> Void) throws(StoreError) {
        let partial = "\(target).partial-\(getpid())"
        do {
            try SQLiteStore.checkReplaceable(target)
            defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) } }
            try copy(to: partial, progressed)
            guard rename(partial, target) == 0 else {
                throw StoreError(
                    .readOnly, "\(target) cannot be written: \(String(cString: strerror(errno)))")
            }
            // Empty, or of no use without the log that went with it.
            for suffix in ["-wal", "-shm"] { unlink(target + suffix) }
            SQLiteStore.synchronizeFolder(of: target)
        } catch {
            throw StoreError(error, path: target)
        }
    }

    /// Refuses to put a copy beside the log of another database, which would be played into it.
    private static func checkReplaceable(_ target: String) throws(StoreError) {
        var status = stat()
        guard stat(target + "-wal", &status) == 0, status.st_size > 0 else { return }
        throw StoreError(
            .other,
            "\(target) is in use, or was left by a program that was killed: \(target)-wal is not empty; give another name, "
                + "or open that database once (trawl db check --db \(target))")
    }

    private func copy(to partial: String, _ progressed: @escaping (Int64, Int64) -> Void) throws {
        let copy = try DatabaseQueue(path: SQLiteStore.plainName(partial))
        defer { try? copy.close() }
        // Within one transaction the copy is of one moment, and need not begin anew when others write.
        try queue.read { source in
            let pageSize = try Int64.fetchOne(source, sql: "PRAGMA page_size") ?? 4096
            try copy.writeWithoutTransaction { target in
                try source.backup(to: target, pagesPerStep: SQLiteStore.backupStep) { progress in
                    progressed(
                        Int64(progress.completedPageCount) * pageSize,
                        Int64(progress.totalPageCount) * pageSize)
                }
            }
        }
        try copy.writeWithoutTransaction { database in
            // One file is what is wanted. It is a WAL database again when a runner opens it.
            try database.execute(
                sql: """
                    PRAGMA journal_mode = DELETE;
                    PRAGMA synchronous = FULL;
                    UPDATE hosts SET runner_id = NULL WHERE runner_id IS NOT NULL;
                    UPDATE hosts SET wanted_by = NULL, wanted_at = NULL WHERE wanted_by IS NOT NULL;
                    UPDATE runs SET runner_id = NULL WHERE runner_id IS NOT NULL;
                    DELETE FROM runners;
                    """)
        }
    }

    static func synchronizeFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let descriptor = open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // The copy is whole with or without; it may only lack its name after a power loss.
        _ = fsync(descriptor)
        close(descriptor)
    }
}
