internal import CrawlCore
internal import Glibc

/// The folder with the files of the tz database.
struct ZoneFolder {
    let path: String

    /// The folder that `TZDIR` names in the environment, as it does for tzset(3); else that of Debian's tzdata.
    init() { self.init(path: getenv("TZDIR").map { String(cString: $0) } ?? "") }

    /// - Parameter path: the folder; the usual one where it is empty.
    init(path: String) { self.path = path.isEmpty ? "/usr/share/zoneinfo" : path }

    /// The zone of a name.
    func zone(_ name: String) throws(TimeZoneFault) -> ZoneData {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.first != UInt8(ascii: ".") }), !name.utf8.contains(0)
        else {
            throw .unknown(name)
        }
        let file = "\(path)/\(name)"
        guard let bytes = ZoneFolder.read(file) else {
            // Every release of the database has this one.
            guard access("\(path)/Etc/UTC", R_OK) == 0 else { throw .noDatabase(name, folder: path) }
            guard access(file, F_OK) == 0, access(file, R_OK) != 0 else { throw .unknown(name) }
            throw .unreadable(name, file: file)
        }
        guard let zone = ZoneData(file: bytes) else {
            // Lists and the like, which lie among the zones.
            guard bytes.starts(with: "TZif".utf8) || bytes.isEmpty else { throw .unknown(name) }
            throw .unreadable(name, file: file)
        }
        return zone
    }

    /// The bytes of a file; nil where there is none that can be read. The largest zone has 4 KiB; a file of more than 1 MiB is none.
    static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while bytes.count <= 1 << 20 {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        return nil
    }
}
