/// The text of a job file as it lies on disk.
enum JobFileText {
    /// The largest file that is read. It holds a million URLs; more belong in a `urls_from` list.
    static let maxBytes = 64 << 20

    /// Reads a whole file of UTF-8 text; it may be a pipe.
    static func read(path: String, source: JobSource) throws(JobFileError) -> String {
        try text(source) { () throws(InputError) in try InputDescriptor(opening: path) }
    }

    /// Reads what a descriptor has, which stays open.
    static func read(descriptor: Int32, source: JobSource) throws(JobFileError) -> String {
        try text(source) { () throws(InputError) in InputDescriptor(borrowing: descriptor) }
    }

    private static func text(
        _ source: JobSource, of open: () throws(InputError) -> InputDescriptor
    ) throws(JobFileError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try read(open())
        } catch {
            throw source.failure(at: nil, "cannot be read: \(error.reason)")
        }
        guard bytes.count <= maxBytes else {
            throw source.failure(
                at: nil, "the file is larger than 64 MiB; move its URLs to a list and name it in urls_from")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw source.failure(
                at: TextPosition(after: validPrefix(of: bytes)), "not valid UTF-8; save the file as UTF-8")
        }
        return text
    }

    /// All bytes of an input, or enough of them to see that there are too many.
    private static func read(_ input: consuming InputDescriptor) throws(InputError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maxBytes {
            let count = try input.read(into: &chunk)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// What stands before the first byte that is not UTF-8.
    private static func validPrefix(of bytes: [UInt8]) -> String.UnicodeScalarView {
        var valid = String.UnicodeScalarView()
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid.append(scalar) }
        return valid
    }
}
