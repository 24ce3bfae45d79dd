/// A number as people write it, such as `£1,234.50`, `1.234,50 €` or `-3.5e2`.
///
/// There may be words and signs around it, but no other number. Of a point and a comma the last one is the decimal separator,
/// and the other one groups digits. Where there is only one of the two a point is the decimal separator, and so is a comma, unless
/// all groups after it have three digits: `1,234` is 1234, and `1,5` is 1.5. Spaces and apostrophes group three digits each.
struct NumberText {
    /// The number as JSON, with the digits that were written.
    let json: String

    /// The digits that are left of a text that is longer say nothing that anyone could use.
    private static let limit = 64

    /// Reads a text; nil where it is no number, or has several.
    init?(_ text: String) {
        let characters = Array(text.unicodeScalars)
        guard let first = characters.firstIndex(where: \.isASCIIDigit),
            let last = characters.lastIndex(where: \.isASCIIDigit), last - first < Self.limit
        else { return nil }
        guard var digits = Self.normalized(Array(characters[first...last])) else { return nil }
        let before = characters[..<first]
        // A point with nothing before it, as in `.5`.
        if before.last == ".", before.dropLast().last.map(\.mayPrecedeNumber) ?? true, Int(digits) != nil {
            digits = "0." + String(String.UnicodeScalarView(characters[first...last]))
        }
        guard Double(digits)?.isFinite == true else { return nil }
        json = (Self.isNegative(before) ? "-" : "") + digits
    }

    /// The number where it is a whole one of 64 bits; else nil.
    var integer: Int64? {
        if let integer = Int64(json) { return integer }
        guard let number = Double(json), number == number.rounded(), abs(number) < 0x1p53 else { return nil }
        return Int64(number)
    }

    /// Whether a minus stands before the number, at most with the sign of a currency between them. A hyphen within a word is none.
    private static func isNegative(_ before: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = before
        if rest.last == "." { rest.removeLast() }
        while let last = rest.last, last == " " || last.isCurrency { rest.removeLast() }
        guard let sign = rest.popLast(), sign == "-" || sign == "\u{2212}" else { return false }
        return rest.last.map { $0.properties.isWhitespace || $0 == "(" } ?? true
    }
}

extension NumberText {
    /// The digits of a number as JSON has them; nil where they are none, or several numbers.
    ///
    /// - Parameter text: Begins and ends with a digit.
    private static func normalized(_ text: [Unicode.Scalar]) -> String? {
        var text = text
        var exponent = ""
        // A number of a program, such as 1.5E-3.
        if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            var digits = text[(mark + 1)...]
            if let sign = digits.first, sign == "+" || sign == "-" { digits.removeFirst() }
            guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else { return nil }
            exponent = "e" + String(String.UnicodeScalarView(text[(mark + 1)...]))
            text = Array(text[..<mark])
        }
        guard text.last?.isASCIIDigit == true else { return nil }
        let separators = text.filter { !$0.isASCIIDigit }
        guard separators.allSatisfy({ $0 == "." || $0 == "," || $0.groupsDigits }) else { return nil }
        guard let decimal = decimalSeparator(text, separators) else { return join(text[...], exponent) }
        let point = text.lastIndex(of: decimal) ?? text.endIndex
        guard text[..<point].allSatisfy({ $0 != decimal }), let whole = join(text[..<point], "") else {
            return nil
        }
        let fraction = text[(point + 1)...]
        guard fraction.allSatisfy(\.isASCIIDigit) else { return nil }
        return whole + "." + String(String.UnicodeScalarView(fraction)) + exponent
    }

    /// The decimal separator; nil where there is none.
    private static func decimalSeparator(
        _ text: [Unicode.Scalar], _ separators: [Unicode.Scalar]
    ) -> Unicode.Scalar? {
        let last = separators.last { $0 == "." || $0 == "," }
        guard let last else { return nil }
        let other: Unicode.Scalar = last == "." ? "," : "."
        if separators.contains(other) { return last }
        // Several of a kind group digits.
        if separators.filter({ $0 == last }).count > 1 { return nil }
        return last == "." || !hasGroups(text[...]) ? last : nil
    }

    /// Digits without what groups them; nil where the groups have not three digits each.
    private static func join(_ text: ArraySlice<Unicode.Scalar>, _ exponent: String) -> String? {
        guard text.allSatisfy(\.isASCIIDigit) || hasGroups(text) else { return nil }
        let digits = text.filter(\.isASCIIDigit)
        let trimmed = digits.drop { $0 == "0" }
        return (trimmed.isEmpty ? "0" : String(String.UnicodeScalarView(trimmed))) + exponent
    }

    /// Whether digits are in groups of three, with the same separator between all of them.
    private static func hasGroups(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard Set(text.filter { !$0.isASCIIDigit }).count == 1 else { return false }
        let groups = text.split(omittingEmptySubsequences: false) { !$0.isASCIIDigit }
        return 1...3 ~= groups[0].count && groups.dropFirst().allSatisfy { $0.count == 3 }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIIDigit: Bool { "0"..."9" ~= self }
    fileprivate var isCurrency: Bool { properties.generalCategory == .currencySymbol }
    fileprivate var mayPrecedeNumber: Bool { isCurrency || self == "-" || properties.isWhitespace }
    /// Whether it groups digits and nothing else: a space of any width that does not break a line, or an apostrophe.
    fileprivate var groupsDigits: Bool {
        self == " " || self == "\u{A0}" || self == "\u{202F}" || self == "\u{2009}" || self == "'"
            || self == "\u{2019}"
    }
}
