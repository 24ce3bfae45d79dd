/// Texts of strangers (titles, URLs, header fields, errors), made harmless for each place where they are shown: terminal, CSV, Markdown,
/// HTML, and data within HTML.
///
/// All rules are here. What shows such a text calls one of these, and nothing else.
enum ForeignText {
    // MARK: Terminals, and whatever people read

    /// A text in which all that acts on a reader's screen is made visible, as `\u{202e}`: control characters (C0, DEL, C1), the marks that
    /// change the direction of writing (CWE-150, Unicode's `Bidi_Control`), and characters that are there but not seen.
    static func visible(_ text: String) -> String { visible(text, keepsLines: false) }

    /// - Parameter keepsLines: whether line ends and tabs stay as they are.
    private static func visible(_ text: String, keepsLines: Bool) -> String {
        guard mayAct(text) else { return text }
        var safe = ""
        var previous: Unicode.Scalar = "a"
        var scalars = text.unicodeScalars.makeIterator()
        var current = scalars.next()
        while let scalar = current {
            let next = scalars.next()
            let stays = keepsLines && (scalar == "\n" || scalar == "\r" || scalar == "\t")
            if !stays, acts(scalar, between: previous, next) {
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
            (previous, current) = (scalar, next)
        }
        return safe
    }

    /// JSON in which all of that is written as escapes. Such characters stand only in strings, where an escape means the same.
    static func json(_ json: String) -> String {
        guard mayAct(json) else { return json }
        var safe = ""
        for scalar in json.unicodeScalars {
            guard acts(scalar, between: "a", nil) else {
                safe.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? .init() {
                let digits = String(unit, radix: 16)
                safe += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return safe
    }

    /// Whether any byte of a text may be part of a character that acts. Most texts have none, and are not looked at further.
    private static func mayAct(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.contains { byte in
                switch byte {
                // Of U+0080 on, U+061C, U+180E, U+2000 on, U+FEFF and U+E0000 on.
                case 0..<0x20, 0x7f, 0xc2, 0xd8, 0xe1, 0xe2, 0xef, 0xf3: true
                default: false
                }
            }
        }
    }

    private static func acts(
        _ scalar: Unicode.Scalar, between previous: Unicode.Scalar, _ next: Unicode.Scalar?
    ) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: true
        // Arabic letter mark; marks, embeddings, overrides and isolates, line and paragraph separators.
        case 0x61c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x206f: true
        // Soft hyphen is drawn by no terminal; the others have no width at all.
        case 0x180e, 0x200b, 0x2060...0x2064, 0xfeff, 0xe0000...0xe007f: true
        // Joiners belong between letters of some scripts, and between emoji. Elsewhere they hide a difference.
        case 0x200c, 0x200d: previous.isASCII || next?.isASCII ?? true
        default: false
        }
    }

    /// The beginning of a text that is too long, and how long it is; else the text.
    ///
    /// - Parameter limit: how many scalars are kept.
    static func cut(_ text: String, to limit: Int) -> String {
        // No scalar has more than four bytes, and none has less than one.
        guard text.utf8.count > limit,
            let end = text.unicodeScalars.index(
                text.startIndex, offsetBy: limit, limitedBy: text.endIndex), end < text.endIndex
        else { return text }
        return text[..<end] + "… [\(Wording.count(Int64(text.unicodeScalars.count))) characters]"
    }

    // MARK: CSV

    /// A text as a field of CSV (RFC 4180). One that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
    /// Injection"), and what acts on a screen is made visible: such files are looked at on terminals as well.
    ///
    /// - Parameter isRaw: whether it is for a program, which wants the text as it is.
    static func csv(_ value: String, isRaw: Bool = false) -> String {
        let first = isRaw ? nil : value.unicodeScalars.first
        let isFormula = first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let shown = isRaw ? value : visible(value, keepsLines: true)
        let text = isFormula ? "'" + shown : shown
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        // By scalars: as Characters, a quote with a combining mark after it is one character and not a quote.
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    // MARK: Markdown

    /// A text as code in Markdown, in which nothing of it means anything (CommonMark 0.31, section 6.1): no mark-up, no `@name`, no `#123`.
    /// Empty for an empty one.
    ///
    /// - Parameter isCell: whether it stands in a table, in which a bar ends a cell even within code (GitHub Flavored Markdown, section 4.10).
    static func markdownCode(_ text: String, isCell: Bool = false) -> String {
        var shown = visible(text)
        guard !shown.isEmpty else { return "" }
        if isCell { shown = escapingBars(shown) }
        // The fence is longer than each run of backticks in the text.
        var (longest, run) = (0, 0)
        for scalar in shown.unicodeScalars {
            run = scalar == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return longest == 0 ? fence + shown + fence : "\(fence) \(shown) \(fence)"
    }

    /// A bar behind a backslash cannot be escaped by another, as the two backslashes then are one.
    private static func escapingBars(_ text: String) -> String {
        var cell = ""
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|": cell += previous == "\\" ? "u{7c}" : "\\|"
            default: cell.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return cell
    }

    // MARK: HTML

    /// A text as it stands between tags of HTML, or in an attribute in double quotes.
    static func html(_ text: String) -> String {
        let shown = visible(text)
        guard shown.utf8.contains(where: isMarkup) else { return shown }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(shown.utf8.count + 32)
        for byte in shown.utf8 {
            switch byte {
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func isMarkup(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            true
        default: false
        }
    }

    /// JSON as the text of a `script` element that is data. It has no `<` at all, so that nothing in it can end the element, or begin a
    /// comment in which the end is not seen (HTML Standard, "Restrictions for contents of script elements").
    static func jsonInHTML(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(UInt8(ascii: "<")) else { return json }
        var safe: [UInt8] = []
        safe.reserveCapacity(json.count + json.count / 16)
        for byte in json {
            if byte == UInt8(ascii: "<") { safe += "\\u003c".utf8 } else { safe.append(byte) }
        }
        return safe
    }
}
