internal import CrawlCore
internal import Glibc

/// The items of one page, on their way to the database: in memory while they are few, else in a file without a name, so that a
/// reply of any size takes little memory.
final class ItemSpool: ItemList {
    let count: Int
    private let memory: [UInt8]
    /// The file's descriptor; nil where all is in memory.
    private let file: Int32?

    fileprivate init(count: Int, memory: [UInt8], file: Int32?) {
        self.count = count
        self.memory = memory
        self.file = file
    }

    deinit {
        if let file { close(file) }
    }

    func forEach(_ body: (String?, String) throws -> Void) throws {
        var records = ItemRecords()
        var offset: off_t = 0
        if let file {
            var buffer = [UInt8](repeating: 0, count: ItemSpoolWriter.memoryLimit)
            while true {
                let length = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, offset) }
                if length < 0, errno == EINTR { continue }
                guard length >= 0 else { throw ItemListError("items: \(String(cString: strerror(errno)))") }
                if length == 0 { break }
                offset += off_t(length)
                try records.add(buffer[..<length], body)
            }
        }
        try records.add(memory[...], body)
    }
}

/// Takes records apart that come in pieces.
private struct ItemRecords {
    private var rest: [UInt8] = []

    mutating func add(_ bytes: ArraySlice<UInt8>, _ body: (String?, String) throws -> Void) throws {
        rest.append(contentsOf: bytes)
        var start = 0
        while let (key, keyEnd) = text(at: start), let (value, end) = text(at: keyEnd) {
            try body(key, value ?? "null")
            start = end
        }
        rest.removeFirst(start)
    }

    /// A text and where it ends; nil where it has not come whole.
    private func text(at start: Int) -> (String?, Int)? {
        guard start + 4 <= rest.count else { return nil }
        let length = rest[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        if length == .max { return (nil, start + 4) }
        let end = start + 4 + Int(length)
        guard end <= rest.count else { return nil }
        return (String(decoding: rest[(start + 4)..<end], as: UTF8.self), end)
    }
}

/// Fills an ``ItemSpool``.
final class ItemSpoolWriter {
    /// How much is kept in memory: 256 KiB.
    static let memoryLimit = 256 << 10

    private var count = 0
    private var memory: [UInt8] = []
    private var file: Int32?

    deinit {
        if let file { close(file) }
    }

    /// Adds an item.
    ///
    /// - Returns: why it could not be written; nil for nothing.
    func add(key: String?, value: String) -> String? {
        count += 1
        if let key { append(key) } else { memory.append(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF]) }
        append(value)
        return memory.count > Self.memoryLimit ? flush() : nil
    }

    private func append(_ text: String) {
        let length = UInt32(text.utf8.count)
        for shift: UInt32 in [24, 16, 8, 0] { memory.append(UInt8(length >> shift & 0xFF)) }
        memory.append(contentsOf: text.utf8)
    }

    private func flush() -> String? {
        if file == nil {
            guard let opened = Self.open() else {
                return "no temporary file for items: \(String(cString: strerror(errno)))"
            }
            file = opened
        }
        guard let file else { return nil }
        var start = 0
        while start < memory.count {
            let written = memory[start...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return "items: \(String(cString: strerror(errno)))" }
            start += written
        }
        memory.removeAll(keepingCapacity: true)
        return nil
    }

    /// A file without a name in the folder for temporary files.
    private static func open() -> Int32? {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(folder)/trawl-items-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return nil }
        unlink(path)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return file
    }

    /// The items, once; nil where there are none.
    func finish() -> ItemSpool? {
        guard count > 0 else { return nil }
        defer { (count, memory, file) = (0, [], nil) }
        return ItemSpool(count: count, memory: memory, file: file)
    }
}
