internal import Curl
internal import Glibc

/// The files of a folder, found without ever leaving it.
struct FileTree: Sendable {
    /// The folder's real path, without a slash at its end; empty for that of the whole machine.
    let root: [UInt8]

    /// The most names that are looked through for another spelling of one.
    private static let searchLimit = 20_000

    /// A folder, which has to be there.
    init(_ path: String) throws(FolderSiteError) {
        // O_DIRECTORY makes a file of another kind an error, and O_PATH opens without reading.
        let handle = Handle(Array(path.utf8CString), openPath | O_DIRECTORY)
        guard let handle else { throw FolderSiteError("\(path): \(String(cString: strerror(errno)))") }
        guard access(path, R_OK | X_OK) == 0, let real = handle.realPath else {
            throw FolderSiteError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        root = real == [UInt8(ascii: "/")] ? [] : real
    }

    /// What a path names.
    enum Entry {
        /// A file that can be read.
        case file(FolderFile)
        /// A folder.
        case folder
        /// There is something that is not read; the text says why.
        case refused(String)
        /// Nothing.
        case none
    }

    /// What is at a path below the folder. It follows symbolic links, and refuses what is outside.
    ///
    /// Nothing is opened for reading before it is known to be a plain file in the folder: opening a device has effects, and opening
    /// a FIFO waits. It is opened by its handle, so that it cannot be another file meanwhile.
    func entry(_ names: [[UInt8]]) -> Entry {
        guard let handle = Handle(path(names), openPath) else { return FileTree.failure(errno) }
        guard let real = handle.realPath, contains(real) else {
            return .refused("a symbolic link that leads out of the folder")
        }
        switch handle.status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: break
        default: return .refused("it is not a plain file")
        }
        guard let descriptor = handle.openForReading() else {
            return .refused("the file cannot be read: \(String(cString: strerror(errno)))")
        }
        // The name that was asked for says what the file is, and not that which a symbolic link leads to.
        return .file(
            FolderFile(
                body: FileResponse.Body(descriptor: descriptor, length: Int64(handle.status.st_size)),
                type: FileType(ofName: names.last ?? [])))
    }

    private static func failure(_ number: Int32) -> Entry {
        switch number {
        case ENOENT, ENOTDIR, ENAMETOOLONG: .none
        case ELOOP: .refused("symbolic links that lead in a circle")
        default: .refused("the file cannot be read: \(String(cString: strerror(number)))")
        }
    }

    /// The names of what is there in place of a path that is not, where they differ from it in capitals only, or in how letters are
    /// composed; nil where there is nothing like it.
    func otherSpelling(of names: [[UInt8]]) -> [[UInt8]]? {
        var found: [[UInt8]] = []
        for name in names {
            if case .none = entry(found + [name]) {
                guard case .folder = entry(found), let other = spelling(of: name, in: found) else {
                    return nil
                }
                found.append(other)
            } else {
                found.append(name)
            }
        }
        return found == names ? nil : found
    }

    private func spelling(of name: [UInt8], in folder: [[UInt8]]) -> [UInt8]? {
        let wanted = String(decoding: name, as: UTF8.self).lowercased()
        // Other capitals of ASCII take as many bytes. Making texts of all names of a large folder takes seconds.
        let isASCII = name.allSatisfy { $0 < 0x80 }
        var spelling: [UInt8]?
        var left = FileTree.searchLimit
        _ = forEachName(in: folder) { name, _ in
            left -= 1
            guard !isASCII || name.count == wanted.utf8.count else { return left > 0 }
            if String(decoding: name, as: UTF8.self).lowercased() == wanted { spelling = Array(name) }
            return left > 0 && spelling == nil
        }
        return spelling
    }

    /// What kind of file a name is, as the folder that has it says.
    enum Kind {
        case file, folder
        /// A symbolic link, or something else.
        case other
    }

    /// Calls `body` with each name in a folder, in no order, until it returns false.
    ///
    /// - Returns: whether the folder can be read.
    func forEachName(in folder: [[UInt8]], _ body: (UnsafeRawBufferPointer, Kind) -> Bool) -> Bool {
        guard let stream = opendir(path(folder)) else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let kind: Kind =
                switch Int32(entry.pointee.d_type) {
                case Int32(DT_REG): .file
                case Int32(DT_DIR): .folder
                default: .other
                }
            let goesOn = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
                    return bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8)
                        || body(bytes, kind)
                }
            }
            guard goesOn else { return true }
        }
        return true
    }

    /// Whether a path is a symbolic link.
    func isSymbolicLink(_ names: [[UInt8]]) -> Bool {
        var status = stat()
        return lstat(path(names), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether a real path is the folder, or below it.
    private func contains(_ real: [UInt8]) -> Bool {
        real.starts(with: root) && (real.count == root.count || real[root.count] == UInt8(ascii: "/"))
    }

    /// The path of names below the folder, as a C string.
    private func path(_ names: [[UInt8]]) -> [CChar] {
        let slash = UInt8(ascii: "/")
        return (root + [slash] + names.joined(separator: [slash]) + [0]).map { CChar(bitPattern: $0) }
    }
}

/// Opens a path without reading what is there (open(2)); Swift does not import O_PATH.
private let openPath = Int32(0o10000000)

/// A file of any kind that is held, and not open for reading.
private struct Handle: ~Copyable {
    let descriptor: Int32
    let status: stat

    /// - Returns: nil where there is nothing; `errno` then says why.
    init?(_ path: [CChar], _ flags: Int32) {
        let opened = open(path, flags | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        descriptor = opened
        var status = stat()
        fstat(opened, &status)  // Fails only for a descriptor that is not open.
        self.status = status
    }

    deinit { close(descriptor) }

    /// Where it is, without symbolic links; nil where /proc is missing.
    var realPath: [UInt8]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(procPath, &buffer, buffer.count)
        return count > 0 ? buffer.prefix(count).map { UInt8(bitPattern: $0) } : nil
    }

    /// Opens the same file for reading; nil where that is not allowed.
    func openForReading() -> Int32? {
        let opened = open(procPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        return opened >= 0 ? opened : nil
    }

    private var procPath: String { "/proc/self/fd/\(descriptor)" }
}
