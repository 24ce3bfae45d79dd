/// Punycode (RFC 3492): text of any characters as text of ASCII letters, digits and hyphens, without the "xn--".
enum Punycode {
    private static let base = 36
    private static let minimumThreshold = 1
    private static let maximumThreshold = 26
    private static let initialBias = 72
    private static let initialCodePoint: UInt32 = 0x80

    /// The text in Punycode (section 6.3). ASCII characters are copied as they are.
    static func encode(_ text: [Unicode.Scalar]) -> [UInt8] {
        var output = text.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basicCount = output.count
        if basicCount > 0 { output.append(ASCII.hyphen) }

        var codePoint = initialCodePoint
        var delta = 0
        var bias = initialBias
        var handled = basicCount
        while handled < text.count {
            let next = text.lazy.map(\.value).filter { $0 >= codePoint }.min() ?? codePoint
            delta += Int(next - codePoint) * (handled + 1)
            codePoint = next
            for scalar in text {
                if scalar.value < codePoint { delta += 1 }
                guard scalar.value == codePoint else { continue }
                appendVariableLengthInteger(delta, bias: bias, to: &output)
                bias = adapt(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            codePoint += 1
        }
        return output
    }

    /// The text that Punycode stands for (section 6.2); `nil` if it is not Punycode.
    static func decode(_ input: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
        guard input.allSatisfy({ $0 < 0x80 }) else { return nil }
        let delimiter = input.lastIndex(of: ASCII.hyphen)
        var text = input[..<(delimiter ?? input.startIndex)].map { Unicode.Scalar($0) }
        var rest = input[(delimiter.map { $0 + 1 } ?? input.startIndex)...]

        var codePoint = initialCodePoint
        var place = 0
        var bias = initialBias
        while !rest.isEmpty {
            guard let delta = takeVariableLengthInteger(from: &rest, bias: bias) else { return nil }
            let count = text.count + 1
            bias = adapt(delta, count: count, isFirst: place == 0 && codePoint == initialCodePoint)
            place += delta
            guard let next = UInt32(exactly: Int(codePoint) + place / count),
                let scalar = Unicode.Scalar(next)
            else {
                return nil
            }
            codePoint = next
            place %= count
            text.insert(scalar, at: place)
            place += 1
        }
        return text
    }

    private static func threshold(_ position: Int, bias: Int) -> Int {
        min(max(position - bias, minimumThreshold), maximumThreshold)
    }

    private static func appendVariableLengthInteger(_ integer: Int, bias: Int, to output: inout [UInt8]) {
        func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? 0x61 + value : 0x30 + value - 26) }
        var rest = integer
        var position = base
        while true {
            let threshold = threshold(position, bias: bias)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
        output.append(digit(rest))
    }

    private static func takeVariableLengthInteger(from rest: inout ArraySlice<UInt8>, bias: Int) -> Int? {
        var integer = 0
        var weight = 1
        var position = base
        while let byte = rest.popFirst() {
            let digit: Int
            if byte.isASCIIDigit {
                digit = Int(byte) - 0x30 + 26
            } else if byte.isASCIIAlpha {
                digit = Int(byte | 0x20) - 0x61
            } else {
                return nil
            }
            integer += digit * weight
            let threshold = threshold(position, bias: bias)
            if digit < threshold { return integer }
            weight *= base - threshold
            // Far beyond any code point, and far from overflow.
            guard integer < 1 << 40, weight < 1 << 40 else { return nil }
            position += base
        }
        return nil
    }

    /// Section 6.1, "bias adaptation function".
    private static func adapt(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var position = 0
        while delta > (base - minimumThreshold) * maximumThreshold / 2 {
            delta /= base - minimumThreshold
            position += base
        }
        return position + (base - minimumThreshold + 1) * delta / (delta + 38)
    }
}
