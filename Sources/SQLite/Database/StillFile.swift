internal import Glibc
internal import TrawlStore

/// A database file that nobody writes to, as far as can be seen: it has no WAL, and it stays as it was.
///
/// SQLite reads a file of WAL mode by an index that it keeps beside it (`-shm`), and so not where it may create none. With
/// `immutable=1` it reads the file alone, without locks (<https://sqlite.org/uri.html>, "immutable"): that is right for as
/// long as nobody writes, which the reader has to check.
struct StillFile: Equatable {
    let path: String
    private let device: dev_t
    private let inode: ino_t
    private let size: off_t
    private let changed: timespec

    /// The file of a name as it is now; nil where it is not there, or where a WAL or its index says that it is, or was, written to.
    init?(_ path: String) {
        var status = stat()
        // A WAL without content and without its index is what a reader has left.
        if stat(path + "-shm", &status) == 0 { return nil }
        if stat(path + "-wal", &status) == 0, status.st_size > 0 { return nil }
        guard stat(path, &status) == 0 else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
        size = status.st_size
        changed = status.st_mtim
    }

    /// The name by which SQLite opens it as one that stays as it is.
    var uri: String {
        var encoded = path.hasPrefix("/") ? "file://" : "file:"
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || "0123456789/.-_".unicodeScalars.contains(scalar)
            {
                encoded.unicodeScalars.append(scalar)
            } else {
                encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
            }
        }
        return encoded + "?immutable=1"
    }

    /// Refuses what was read of a file that was written to meanwhile: it may be of two states.
    func checkStill() throws(StoreError) {
        guard StillFile(path) != self else { return }
        throw StoreError(
            .locked,
            "\(path) was written to while it was read without locks, as its folder cannot be written; "
                + "run the same command again")
    }

    static func == (one: StillFile, other: StillFile) -> Bool {
        one.path == other.path && one.device == other.device && one.inode == other.inode
            && one.size == other.size
            && one.changed.tv_sec == other.changed.tv_sec && one.changed.tv_nsec == other.changed.tv_nsec
    }
}
