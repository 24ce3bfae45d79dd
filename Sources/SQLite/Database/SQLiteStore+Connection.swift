internal import GRDB
internal import Glibc
internal import TrawlStore

extension SQLiteStore {
    /// Connects to a file.
    ///
    /// To read takes no right to write: where SQLite may not create the index of the WAL that it reads by, a file without WAL is
    /// read alone.
    ///
    /// - Returns: the connection, and the file as it must stay where it is read without locks.
    static func connect(to file: String, access: Access) throws -> (DatabaseQueue, StillFile?) {
        do {
            let queue = try DatabaseQueue(path: plainName(file), configuration: configuration(access))
            // It is this that opens the WAL.
            if access == .readOnly {
                try queue.inDatabase { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
            }
            return (queue, nil)
        } catch let error as DatabaseError
            where access == .readOnly && [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
        {
            if let still = StillFile(file) {
                return (try DatabaseQueue(path: still.uri, configuration: configuration(access)), still)
            }
            var status = stat()
            guard stat(file + "-wal", &status) == 0, status.st_size > 0 else { throw error }
            throw StoreError(
                .readOnly,
                "\(file) has a -wal file with the last that was written, and to read that its folder must be one that "
                    + "you may write; copy both files to a folder of yours, or let who may write it run "
                    + "`trawl db migrate` once")
        }
    }
}
