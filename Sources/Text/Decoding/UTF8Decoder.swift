/// Decodes UTF-8: what is invalid becomes U+FFFD, as much of it at once as the Encoding Standard (§8.1) says.
struct UTF8Decoder: StreamDecoder {
    /// A character that is not complete.
    private var pending: [UInt8] = []

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var rest = bytes[...]
        while !pending.isEmpty, let next = rest.first {
            // With one more byte it is complete, still incomplete, or invalid.
            let before = pending.count
            pending.append(next)
            let length = pending.withUnsafeBytes { UTF8Check.length(of: $0, at: 0) }
            if length.isComplete {
                output.append(contentsOf: pending)
            } else if length.count > before {
                rest = rest.dropFirst()
                continue
            } else {
                output.append(contentsOf: "\u{FFFD}".utf8)
                pending.removeAll(keepingCapacity: true)
                break
            }
            pending.removeAll(keepingCapacity: true)
            rest = rest.dropFirst()
        }
        decodeWhole(UnsafeRawBufferPointer(rebasing: rest), into: &output)
    }

    mutating func finish(into output: inout [UInt8]) {
        if !pending.isEmpty { output.append(contentsOf: "\u{FFFD}".utf8) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Decodes bytes that begin with a character.
    private mutating func decodeWhole(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var validStart = 0
        var position = 0
        while true {
            position = bytes.firstNonASCII(from: position)
            guard position < bytes.count else { break }
            let length = UTF8Check.length(of: bytes, at: position)
            if !length.isComplete {
                output.append(contentsOf: bytes[validStart..<position])
                validStart = position + length.count
                if validStart == bytes.count, bytes[position] >= 0xC2, bytes[position] <= 0xF4 {
                    pending.append(contentsOf: bytes[position...])
                } else {
                    output.append(contentsOf: "\u{FFFD}".utf8)
                }
            }
            position += length.count
        }
        output.append(contentsOf: bytes[min(validStart, bytes.count)...])
    }
}
