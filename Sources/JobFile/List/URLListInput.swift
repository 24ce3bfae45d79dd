internal import TrawlText

/// Where a list is read from. One that begins with the byte order mark of UTF-16 comes out in UTF-8; any other as it is.
struct URLListInput: ~Copyable {
    private let descriptor: InputDescriptor
    private var decoder: TextStreamDecoder?
    /// The bytes that were read and not yet decoded. In UTF-8 they may be half as long again.
    private var encoded: [UInt8] = []
    private var isAtStart = true
    private var isAtEnd = false
    private static let encodedSize = 32 << 10

    init(_ descriptor: consuming InputDescriptor) {
        self.descriptor = descriptor
    }

    /// Waits for bytes and puts them into the buffer from an offset on, behind which it has room for 64 KiB.
    ///
    /// - Returns: how many bytes came, 0 at the end of the input.
    mutating func read(into buffer: inout [UInt8], from offset: Int) throws(InputError) -> Int {
        if isAtStart { return try readStart(into: &buffer, from: offset) }
        guard decoder != nil else { return try descriptor.read(into: &buffer, from: offset) }
        while !isAtEnd {
            let count = try descriptor.read(into: &encoded)
            let decoded = decode(0..<count)
            if !decoded.isEmpty { return Self.copy(decoded, into: &buffer, from: offset) }
        }
        return 0
    }

    private mutating func readStart(into buffer: inout [UInt8], from offset: Int) throws(InputError) -> Int {
        isAtStart = false
        encoded = [UInt8](repeating: 0, count: Self.encodedSize)
        var count = 0
        // The mark takes two bytes.
        while count < 2 {
            let more = try descriptor.read(into: &encoded, from: count)
            if more == 0 { break }
            count += more
        }
        guard count >= 2, encoded.starts(with: [0xFF, 0xFE]) || encoded.starts(with: [0xFE, 0xFF]) else {
            defer { encoded = [] }
            return Self.copy(encoded[..<count], into: &buffer, from: offset)
        }
        decoder = encoded.withUnsafeBytes {
            TextStreamDecoder(head: UnsafeRawBufferPointer(rebasing: $0[..<2]))
        }
        let decoded = decode(2..<count)
        if !decoded.isEmpty { return Self.copy(decoded, into: &buffer, from: offset) }
        return try read(into: &buffer, from: offset)
    }

    /// Decodes what was read; nothing more means that it has ended.
    private mutating func decode(_ range: Range<Int>) -> [UInt8] {
        var decoded: [UInt8] = []
        encoded.withUnsafeBytes {
            decoder?.decode(UnsafeRawBufferPointer(rebasing: $0[range]), into: &decoded)
        }
        if range == 0..<0 {
            decoder?.finish(into: &decoded)
            isAtEnd = true
        }
        return decoded
    }

    private static func copy(
        _ bytes: some Collection<UInt8>, into buffer: inout [UInt8], from offset: Int
    ) -> Int {
        buffer.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return bytes.count
    }
}
