internal import GRDB
internal import TrawlStore

extension StoreError {
    /// What GRDB threw, in terms of the file it concerns.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            if let error = error as? StoreError {
                self = error
            } else {
                self.init(.other, "\(path): \(error)")
            }
            return
        }
        let words = error.message ?? "error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init(.notADatabase, "\(path) is not a SQLite database; give another file with --db")
        case .SQLITE_CORRUPT:
            self.init(.corrupt, "\(path) is damaged (\(words)); run `trawl db check`, or go back to a backup")
        case .SQLITE_READONLY:
            self.init(
                .readOnly, "\(path) cannot be written (\(words)); check its permissions and its folder's")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .locked,
                "\(path) was kept locked by another program for \(SQLiteStore.busySeconds) s; "
                    + "end its transaction and run the same command again")
        case .SQLITE_FULL:
            self.init(.full, "\(path): the disk is full; free some space and run the same command again")
        case .SQLITE_IOERR:
            // A file-size limit or a quota shows as a failed write.
            self.init(
                .full,
                "\(path) could not be read or written (\(words)); check the disk and its free space, "
                    + "then run the same command again")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .readOnly,
                "\(path) cannot be opened (\(words)); check that its folder exists and can be written")
        case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY:
            // Nothing else breaks a reference.
            self.init(.other, "\(path): the job, or its run, was deleted while it was worked on")
        default:
            self.init(.other, "\(path): \(words)")
        }
    }
}
