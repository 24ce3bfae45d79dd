/// Builds a text in which secrets are replaced. The rest keeps its meaning: escapes stay whole, and JSON stays JSON.
struct RedactedText {
    private let text: SpelledText
    private let isJSON: Bool
    private var output: [UInt8] = []
    /// How many bytes of the text are in the output.
    private var copied = 0
    /// Whether what follows ``copied`` is within a string, where the text is JSON.
    private var isInString = false

    init(_ text: SpelledText, isJSON: Bool) {
        self.text = text
        self.isJSON = isJSON
    }

    /// Puts a mask in place of a part of the text; parts come in order.
    ///
    /// - Returns: where the rest of the text begins.
    mutating func replace(_ range: Range<Int>, by mask: [UInt8]) -> Int {
        var range = range
        // Where a secret begins within an escape, the rest of that escape would mean something else.
        if let escape = escape(across: range.lowerBound) { range = escape.lowerBound..<range.upperBound }
        if let escape = escape(across: range.upperBound) { range = range.lowerBound..<escape.upperBound }
        if isJSON {
            passQuotes(upTo: range.lowerBound)
            if !isInString { range = token(around: range) }
        }
        output += text.bytes[copied..<max(range.lowerBound, copied)]
        put(mask)
        copied = range.upperBound
        return copied
    }

    /// The text; nil where nothing was replaced.
    func finished() -> [UInt8]? {
        copied == 0 ? nil : output + text.bytes[copied...]
    }

    private mutating func put(_ mask: [UInt8]) {
        let quote = isJSON && !isInString ? [UInt8(ascii: "\"")] : []
        switch text.units {
        case .bytes: output += quote + mask + quote
        case .utf16(isBigEndian: false): for byte in mask { output += [byte, 0] }
        case .utf16(isBigEndian: true): for byte in mask { output += [0, byte] }
        }
    }

    /// The escape of JSON that goes on across a position.
    private func escape(across position: Int) -> Range<Int>? {
        guard case .bytes = text.units else { return nil }
        for start in stride(from: position - 1, through: max(position - 5, copied), by: -1)
        where text.bytes[start] == ASCII.backslash && isOpening(start) {
            let isNumber = start + 1 < text.bytes.count && text.bytes[start + 1] == UInt8(ascii: "u")
            let end = min(start + (isNumber ? 6 : 2), text.bytes.count)
            return end > position ? start..<end : nil
        }
        return nil
    }

    /// Whether a backslash is not escaped itself.
    private func isOpening(_ position: Int) -> Bool {
        var first = position
        while first > copied, text.bytes[first - 1] == ASCII.backslash { first -= 1 }
        return (position - first) % 2 == 0
    }

    /// Takes note of the strings that begin and end before a position.
    private mutating func passQuotes(upTo position: Int) {
        var index = copied
        while index < position {
            switch text.bytes[index] {
            case UInt8(ascii: "\""): isInString.toggle()
            case ASCII.backslash where isInString: index += 1
            default: break
            }
            index += 1
        }
    }

    /// The number or word that a part of the text belongs to.
    private func token(around range: Range<Int>) -> Range<Int> {
        func isOfToken(_ byte: UInt8) -> Bool {
            byte.isASCIIAlpha || byte.isASCIIDigit || byte == ASCII.dot || byte == ASCII.hyphen
                || byte == ASCII.plus
        }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start > copied, isOfToken(text.bytes[start - 1]) { start -= 1 }
        while end < text.bytes.count, isOfToken(text.bytes[end]) { end += 1 }
        return start..<end
    }
}
