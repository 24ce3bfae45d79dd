/// Why a name gives no time zone.
package enum TimeZoneFault: Error, Equatable, CustomStringConvertible {
    /// The database has no such zone.
    case unknown(String)
    /// There is no database in the folder.
    case noDatabase(String, folder: String)
    /// The zone's file cannot be read, or is none of the database's.
    case unreadable(String, file: String)

    package var description: String {
        switch self {
        case .unknown(let name): "\"\(name)\" is no time zone; write one as Europe/Berlin, or UTC"
        case .noDatabase(let name, let folder):
            "\"\(name)\" cannot be looked up: \(folder) has no time zones; install tzdata, or write UTC"
        case .unreadable(let name, let file):
            "\"\(name)\" cannot be read: \(file) is no time zone file; install tzdata anew, or write UTC"
        }
    }
}
