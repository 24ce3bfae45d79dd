internal import TrawlPostgres
internal import TrawlSQLite
package import TrawlStore

extension DatabaseName {
    /// Copies a database, as it is at this moment, into one that is not there yet, or is empty. It is whole then, or as it was before.
    ///
    /// - Parameter progressed: called now and then with the table that is copied and how many rows of it have been.
    package func copy(to target: DatabaseName, progressed: (String, Int) -> Void) throws(StoreError) {
        guard let source = try open(.readOnly) as? any CopySource else {
            throw StoreError(.other, "\(self) cannot be copied")
        }
        if target.isServer {
            try source.copy(
                to: try PostgresStore(try PostgresURL(target.text), access: .readWrite),
                progressed: progressed)
        } else {
            try source.copy(to: try NewSQLiteFile(target.text), progressed: progressed)
        }
    }
}
