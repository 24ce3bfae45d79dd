/// An IPv4 address in any of the ways that the URL Standard reads them (section 3.5): "127.0.0.1", "0x7f.1", "017700000001".
struct IPv4Address {
    let value: UInt32

    /// Whether a domain can only be meant as an IPv4 address: its last label, but for a dot at the end, is a number
    /// ("ends in a number checker"). If it then is no address it is no host at all.
    static func isMeant(by domain: Span<UInt8>) -> Bool {
        let domain = domain.extracting(0..<domain.countWithoutTrailingDot)
        var start = domain.count
        while start > 0, domain[start - 1] != ASCII.dot { start -= 1 }
        guard start < domain.count, domain[start].isASCIIDigit else { return false }

        let label = domain.extracting(start..<domain.count)
        return label.isDecimal || parseNumber(label) != nil
    }

    /// Parses up to four numbers, of which the last fills what the others leave ("IPv4 parser").
    init?(parsing domain: Span<UInt8>) {
        let domain = domain.extracting(0..<domain.countWithoutTrailingDot)
        var value: UInt64 = 0
        var count = 0
        var start = 0
        while true {
            var end = start
            while end < domain.count, domain[end] != ASCII.dot { end += 1 }
            guard count < 4, let number = Self.parseNumber(domain.extracting(start..<end)) else { return nil }
            count += 1
            guard end < domain.count else {
                let bitsLeft = UInt64(8 * (5 - count))
                guard number < 1 << bitsLeft else { return nil }
                value = value << bitsLeft | number
                break
            }
            guard number <= 0xFF else { return nil }
            value = value << 8 | number
            start = end + 1
        }
        self.value = UInt32(value)
    }

    /// Parses a decimal, octal ("0…") or hexadecimal ("0x…") number ("IPv4 number parser"). What is too big for an
    /// address comes back as 2³².
    private static func parseNumber(_ text: Span<UInt8>) -> UInt64? {
        guard text.count > 0 else { return nil }
        var radix: UInt64 = 10
        var start = 0
        if text.count >= 2, text[0] == ASCII.zero {
            let isHexadecimal = text[1].asciiLowercased == UInt8(ascii: "x")
            radix = isHexadecimal ? 16 : 8
            start = isHexadecimal ? 2 : 1
        }
        var number: UInt64 = 0
        for index in start..<text.count {
            guard let digit = text[index].hexDigitValue, digit < radix else { return nil }
            number = min(number * radix + UInt64(digit), 1 << 32)
        }
        return number
    }

    /// Appends four decimal numbers with dots between them ("IPv4 serializer").
    func serialize(into output: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] {
            output.appendDecimal(value >> shift & 0xFF)
            if shift > 0 { output.append(ASCII.dot) }
        }
    }
}

extension Span<UInt8> {
    fileprivate var countWithoutTrailingDot: Int {
        count > 0 && self[count - 1] == ASCII.dot ? count - 1 : count
    }

    fileprivate var isDecimal: Bool {
        for index in 0..<count where !self[index].isASCIIDigit { return false }
        return true
    }
}
