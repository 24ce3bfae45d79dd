import Foundation
import Glibc

enum Privileges {
    /// Whether file systems may be mounted here.
    static let canMount: Bool = {
        let folder = NSTemporaryDirectory() + "trawl-mount-\(UUID().uuidString)"
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount2(folder, Int32(MNT_DETACH)) == 0
    }()
}

/// A small file system of its own at `mnt` in a test's folder.
final class Mount {
    private let path: String

    init(in bench: Workbench, options: String) throws {
        path = bench.path("mnt")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try check(mount("tmpfs", path, "tmpfs", 0, options))
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    /// Changes its size, or makes it read-only with `ro`.
    func remount(_ options: String) throws {
        let flags = options == "ro" ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT
        try check(mount("tmpfs", path, "tmpfs", UInt(flags), options == "ro" ? "" : options))
    }

    private func check(_ code: Int32) throws {
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM) }
    }
}
