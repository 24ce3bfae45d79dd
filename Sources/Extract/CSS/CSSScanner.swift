/// Reads the words of CSS (CSS Syntax Level 3, section 4): names, strings, series of numbers, spaces and comments.
struct CSSScanner {
    private let characters: [Unicode.Scalar]
    /// How many characters were read.
    private(set) var position = 0

    init(_ text: String) {
        // CSS Syntax Level 3, section 3.3.
        characters = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
    }

    /// The next character; nil at the end.
    var current: Unicode.Scalar? { peek(0) }
    /// The character after the next.
    var next: Unicode.Scalar? { peek(1) }
    var isAtEnd: Bool { position == characters.count }

    /// A mistake that is found here.
    func mistake(_ what: String) -> CSSParser.Mistake {
        CSSParser.Mistake(description: "\(what), at character \(position + 1)")
    }

    mutating func advance(_ count: Int = 1) { position = min(position + count, characters.count) }

    /// Reads a text if it comes next.
    mutating func take(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard characters[position...].starts(with: scalars) else { return false }
        position += scalars.count
        return true
    }

    /// Reads white space and comments.
    ///
    /// - Returns: Whether there was white space.
    @discardableResult
    mutating func skipSpaces() -> Bool {
        var hasSpace = false
        while let character = current {
            if character.isCSSSpace {
                hasSpace = true
                position += 1
            } else if take("/*") {
                while !isAtEnd, !take("*/") { position += 1 }
            } else {
                break
            }
        }
        return hasSpace
    }

    private func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < characters.count ? characters[position + offset] : nil
    }

    // MARK: - Names and strings

    /// Whether a name begins here (section 4.3.9).
    var isAtName: Bool {
        guard current == "-" else { return startsName(0) }
        return next == "-" || startsName(1)
    }

    private func startsName(_ offset: Int) -> Bool {
        guard let character = peek(offset) else { return false }
        return character.isCSSNameStart
            || character == "\\" && peek(offset + 1).map { !$0.isCSSLineEnd } == true
    }

    mutating func name() throws(CSSParser.Mistake) -> String {
        guard isAtName else { throw mistake("a name is missing") }
        return try word()
    }

    /// Reads characters of a name, of which the first may be a digit too, as in `#1`.
    mutating func word() throws(CSSParser.Mistake) -> String {
        var word = String.UnicodeScalarView()
        while let character = current {
            if character.isCSSName {
                word.append(character)
                position += 1
            } else if startsName(0) {
                word.append(escaped())
            } else {
                break
            }
        }
        guard !word.isEmpty else { throw mistake("a name is missing") }
        return String(word)
    }

    mutating func nameOrString() throws(CSSParser.Mistake) -> String {
        guard let quote = current, quote == "\"" || quote == "'" else {
            guard isAtName else { throw mistake("a name or a quotation is missing") }
            return try name()
        }
        let start = self
        position += 1
        var text = String.UnicodeScalarView()
        while let character = current, character != quote {
            if character == "\\", next?.isCSSLineEnd == true {
                // The string goes on in the next line.
                position += next == "\r" && peek(2) == "\n" ? 3 : 2
            } else if character == "\\", next != nil {
                text.append(escaped())
            } else if character.isCSSLineEnd || character == "\\" {
                throw start.mistake("a quotation is not closed")
            } else {
                text.append(character)
                position += 1
            }
        }
        guard take(String(quote)) else { throw start.mistake("a quotation is not closed") }
        return String(text)
    }

    /// Reads an escape: a backslash with up to six hexadecimal digits and a space, or with any other character (section 4.3.7).
    private mutating func escaped() -> Unicode.Scalar {
        position += 1
        var number: UInt32 = 0
        let start = position
        while position - start < 6, let digit = current?.hexadecimalValue {
            number = number << 4 | digit
            position += 1
        }
        if position == start {
            defer { advance() }
            return current ?? "\u{FFFD}"
        }
        if current == "\r", next == "\n" {
            position += 2
        } else if current?.isCSSSpace == true {
            position += 1
        }
        return number == 0 ? "\u{FFFD}" : Unicode.Scalar(number) ?? "\u{FFFD}"
    }

    // MARK: - Series

    /// Reads `odd`, `even`, or a series of numbers such as `2n+1` (section 6) with the spaces around it.
    ///
    /// - Returns: The numbers `step` × n + `offset`; nil where there is no series.
    mutating func series() -> (step: Int, offset: Int)? {
        skipSpaces()
        defer { skipSpaces() }
        if takeWord("odd") { return (2, 1) }
        if takeWord("even") { return (2, 0) }
        let sign = takeSign()
        let number = digits()
        guard takeWord("n", isWhole: false) else { return number.map { (0, (sign ?? 1) * $0) } }
        let step = (sign ?? 1) * (number ?? 1)
        skipSpaces()
        guard let offsetSign = takeSign() else { return (step, 0) }
        skipSpaces()
        return digits().map { (step, offsetSign * $0) }
    }

    private mutating func takeSign() -> Int? { take("+") ? 1 : take("-") ? -1 : nil }

    /// Reads digits; nil where there are none, or more than nine.
    private mutating func digits() -> Int? {
        var number: Int?
        let start = position
        while let digit = current?.decimalValue, position - start < 9 {
            number = (number ?? 0) * 10 + digit
            position += 1
        }
        return number
    }

    private mutating func takeWord(_ word: String, isWhole: Bool = true) -> Bool {
        let count = word.unicodeScalars.count
        let found = characters[position...].prefix(count)
        guard found.count == count, String(String.UnicodeScalarView(found)).lowercased() == word,
            !isWhole || peek(count)?.isCSSName != true
        else { return false }
        position += count
        return true
    }
}

extension Unicode.Scalar {
    fileprivate var isCSSLineEnd: Bool { self == "\n" || self == "\r" || self == "\u{C}" }
    fileprivate var isCSSSpace: Bool { self == " " || self == "\t" || isCSSLineEnd }
    fileprivate var isCSSNameStart: Bool {
        value >= 0x80 || self == "_" || (value | 0x20) &- 0x61 < 26 && value < 0x80
    }
    fileprivate var isCSSName: Bool { isCSSNameStart || self == "-" || decimalValue != nil }
    fileprivate var decimalValue: Int? { ("0"..."9").contains(self) ? Int(value - 0x30) : nil }
    fileprivate var hexadecimalValue: UInt32? {
        value < 0x80 ? UInt8(truncatingIfNeeded: value).hexadecimalValue : nil
    }
}
