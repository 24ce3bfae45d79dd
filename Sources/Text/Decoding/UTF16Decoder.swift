/// Decodes UTF-16 (Encoding Standard, §14.2).
struct UTF16Decoder: StreamDecoder {
    private let isBigEndian: Bool
    private var firstByte: UInt8?
    private var leadSurrogate: UInt16?

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        for byte in bytes {
            guard let first = firstByte else {
                firstByte = byte
                continue
            }
            firstByte = nil
            let (high, low) = isBigEndian ? (first, byte) : (byte, first)
            decode(UInt16(high) << 8 | UInt16(low), into: &output)
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        if firstByte != nil || leadSurrogate != nil { append("\u{FFFD}", to: &output) }
        firstByte = nil
        leadSurrogate = nil
    }

    private mutating func decode(_ unit: UInt16, into output: inout [UInt8]) {
        if let lead = leadSurrogate {
            leadSurrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let pair = 0x1_0000 + (UInt32(lead & 0x3FF) << 10 | UInt32(unit & 0x3FF))
                return append(Unicode.Scalar(pair) ?? "\u{FFFD}", to: &output)
            }
            append("\u{FFFD}", to: &output)
        }
        if UTF16.isLeadSurrogate(unit) {
            leadSurrogate = unit
        } else {
            append(Unicode.Scalar(unit) ?? "\u{FFFD}", to: &output)
        }
    }

    private func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        UTF8.encode(scalar)?.forEach { output.append($0) }
    }
}
