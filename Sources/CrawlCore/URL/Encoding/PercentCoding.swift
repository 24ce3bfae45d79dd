extension [UInt8] {
    /// Appends `bytes`, each member of `set` as `%XX` (URL Standard, section 1.3, "UTF-8 percent-encode").
    mutating func append(_ bytes: Span<UInt8>, escaping set: PercentEncodeSet) {
        var run = 0
        for index in 0..<bytes.count where set.contains(bytes[index]) {
            if run < index { append(bytes.extracting(run..<index)) }
            appendEscaped(bytes[index])
            run = index + 1
        }
        if run < bytes.count { append(bytes.extracting(run..<bytes.count)) }
    }

    /// Appends `%XX`, with capital letters as the standard has them.
    mutating func appendEscaped(_ byte: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x37 &+ value }
        append(ASCII.percent)
        append(digit(byte >> 4))
        append(digit(byte & 0xF))
    }

    /// The bytes with every `%XX` replaced by the byte that it means; a `%` that is not followed by two hexadecimal
    /// digits stays (URL Standard, section 1.3, "percent-decode").
    package init(percentDecoding bytes: Span<UInt8>) {
        self.init()
        reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == ASCII.percent, index + 2 < bytes.count,
                let high = bytes[index + 1].hexDigitValue, let low = bytes[index + 2].hexDigitValue
            {
                append(high << 4 | low)
                index += 3
            } else {
                append(bytes[index])
                index += 1
            }
        }
    }
}

extension WebURL {
    /// A text for the parser, of bytes in an encoding that nobody knows: each byte that is not ASCII as `%XX`.
    package static func escapingNonASCII(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 64)
        for byte in bytes { if byte >= 0x80 { text.appendEscaped(byte) } else { text.append(byte) } }
        return String(decoding: text, as: UTF8.self)
    }
}
