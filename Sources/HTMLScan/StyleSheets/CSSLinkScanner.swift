internal import TrawlText

/// Finds the URLs of a style sheet in UTF-8 while it arrives, by the tokens of CSS Syntax 3.
///
/// These are the URLs of `url()` and `@import`, and the strings of `image-set()`. A browser asks for none of these, so
/// they are left out: what stands in a comment, in a string, in the prelude of an at-rule such as `@namespace`, in a URL
/// or a string that is not valid, and an `@import` behind the first rule. A URL of nothing but a fragment is left out,
/// too: it names something of the page, whatever the base (CSS Values 4, §4.5.1.2).
///
/// A byte is looked at once, and the scanner's size does not depend on the sheet.
package struct CSSLinkScanner {
    /// The longest URL that is kept whole, in bytes.
    package static let urlLimit = 8 << 10
    private static let wordLimit = 24

    /// What the next byte belongs to.
    enum State {
        /// White space, or the first byte of something.
        case between
        /// What may be a comment, behind `/`.
        case slash
        case comment
        /// A comment, behind `*`.
        case commentStar
        /// A name, a number, or what begins with `@` or `#`.
        case word
        case string(quote: UInt8)
        /// The white space behind `url(`.
        case urlStart
        case url
        /// The white space behind a URL without quotes.
        case urlEnd
        /// A URL that is not valid, up to its end.
        case badURL
    }

    /// How far an escape is read.
    enum Escape {
        case none
        /// Behind the backslash.
        case begun
        case hexadecimal(value: UInt32, digits: Int)
    }

    /// The statement that is read.
    private enum Statement {
        /// A rule or a declaration: its URLs are asked for.
        case plain
        /// An `@import` whose URL comes next.
        case importing
        /// An at-rule up to its block or its end: what stands here is asked for by nobody.
        case prelude
    }

    /// The URLs found since the last ``takeLinks()``.
    private var links: [CSSLink] = []

    var state = State.between
    var escape = Escape.none
    private var statement = Statement.plain
    /// Whether a rule has begun, behind which an `@import` is not valid.
    private var hasRules: Bool
    /// A bit for each function and parenthesis that is open, the innermost last: whether it is an `image-set`.
    private var functions: UInt64 = 0
    /// The word that is read, in lower case; only a beginning of a long one.
    private var word: [UInt8] = []
    /// The string or URL that is read.
    private var value: [UInt8] = []
    private var isValueCutOff = false
    private var valueLine = 1
    /// What the string or URL that is read stands in; nil where it is no URL that is asked for.
    private var origin: CSSLink.Origin?
    private var line: Int
    private var isAfterCarriageReturn = false

    /// Begins a style sheet.
    ///
    /// - Parameters:
    ///   - line: The number of its first line.
    ///   - isAttribute: Whether the text is that of a `style` attribute, in which there are no rules.
    package init(line: Int = 1, isAttribute: Bool = false) {
        self.line = line
        hasRules = isAttribute
    }

    /// The URLs that were found since the last call.
    package mutating func takeLinks() -> [CSSLink] {
        let found = links
        links.removeAll()
        return found
    }

    /// Reads the next bytes.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            // Every line end is one line feed, and NUL is U+FFFD (CSS Syntax 3, §3.3).
            let isSecondOfLineEnd = isAfterCarriageReturn && byte == UInt8(ascii: "\n")
            isAfterCarriageReturn = byte == UInt8(ascii: "\r")
            if isSecondOfLineEnd { continue }
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                line += 1
                read(UInt8(ascii: "\n"))
            case 0x0C: read(UInt8(ascii: "\n"))
            case 0: for byte in "\u{FFFD}".utf8 { read(byte) }
            default: read(byte)
            }
        }
    }

    /// Says that the sheet ends here: a string or a URL that is still open ends too.
    package mutating func finish() {
        endEscape()
        switch state {
        case .string, .url, .urlEnd: endValue()
        default: state = .between
        }
    }

    private mutating func read(_ byte: UInt8) {
        if readEscape(byte) { return }
        switch state {
        case .between: readFirst(byte)
        case .slash:
            state = .between
            if byte == UInt8(ascii: "*") { state = .comment } else { readFirst(byte) }
        case .comment: if byte == UInt8(ascii: "*") { state = .commentStar }
        case .commentStar:
            if byte == UInt8(ascii: "/") {
                state = .between
            } else if byte != UInt8(ascii: "*") {
                state = .comment
            }
        case .word:
            if byte == UInt8(ascii: "\\") {
                escape = .begun
            } else if byte.isNameByte {
                keep(byte)
            } else {
                endWord(before: byte)
            }
        case .string(let quote): readString(byte, quote)
        case .urlStart, .url, .urlEnd, .badURL: readURL(byte)
        }
    }

    /// Reads the first byte of a token.
    private mutating func readFirst(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"): return
        case UInt8(ascii: "/"):
            state = .slash
            return
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            beginValue(isString: true)
            state = .string(quote: byte)
            return
        case UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "\\"),
            _ where byte.isNameByte:
            word.removeAll(keepingCapacity: true)
            state = .word
            if byte == UInt8(ascii: "\\") { escape = .begun } else { keep(byte) }
            return
        case UInt8(ascii: "("): functions <<= 1
        case UInt8(ascii: ")"): functions >>= 1
        case UInt8(ascii: "{"):
            hasRules = true
            statement = .plain
        case UInt8(ascii: "}"), UInt8(ascii: ";"): statement = .plain
        default: break
        }
        if case .importing = statement { statement = .prelude }
    }

    // MARK: - Words

    /// Weighs a word, and reads the byte behind it.
    private mutating func endWord(before byte: UInt8) {
        state = .between
        let isFunction = byte == UInt8(ascii: "(")
        if word.elementsEqual("@import".utf8), !hasRules {
            statement = .importing
        } else if word.first == UInt8(ascii: "@") {
            statement = .prelude
            if word.elementsEqual("@namespace".utf8) { hasRules = true }
        } else if isFunction, word.elementsEqual("url".utf8) {
            beginValue(isString: false)
            state = .urlStart
            return
        } else if case .importing = statement {
            statement = .prelude
        }
        if isFunction {
            let isSet =
                word.elementsEqual("image-set".utf8) || word.elementsEqual("-webkit-image-set".utf8)
            functions = functions << 1 | (isSet ? 1 : 0)
        } else {
            readFirst(byte)
        }
    }

    // MARK: - Strings and URLs

    private mutating func beginValue(isString: Bool) {
        value.removeAll(keepingCapacity: true)
        isValueCutOff = false
        valueLine = line
        switch statement {
        case .importing:
            origin = .import
            statement = .prelude
        case .prelude: origin = nil
        case .plain: origin = isString && functions & 1 == 0 ? nil : .url
        }
    }

    private mutating func readString(_ byte: UInt8, _ quote: UInt8) {
        switch byte {
        case quote: endValue()
        // A string that goes over the end of its line is not valid.
        case UInt8(ascii: "\n"): state = .between
        case UInt8(ascii: "\\"): escape = .begun
        default: keep(byte)
        }
    }

    private mutating func readURL(_ byte: UInt8) {
        let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
        switch (state, byte) {
        case (.urlStart, _) where isSpace, (.urlEnd, _) where isSpace: break
        case (.urlStart, UInt8(ascii: "\"")), (.urlStart, UInt8(ascii: "'")):
            functions <<= 1
            state = .string(quote: byte)
        case (.badURL, UInt8(ascii: ")")): state = .between
        case (.badURL, UInt8(ascii: "\\")): escape = .begun
        case (.badURL, _): break
        case (_, UInt8(ascii: ")")): endValue()
        case (.urlEnd, _):
            state = .badURL
            readURL(byte)
        case (_, UInt8(ascii: "\\")):
            state = .url
            escape = .begun
        case (_, _) where isSpace: state = .urlEnd
        case (_, UInt8(ascii: "\"")), (_, UInt8(ascii: "'")), (_, UInt8(ascii: "(")), (_, 0x7F),
            (_, ..<0x20):
            state = .badURL
        default:
            state = .url
            keep(byte)
        }
    }

    private mutating func endValue() {
        state = .between
        guard let origin, let first = value.first, first != UInt8(ascii: "#") else { return }
        links.append(
            CSSLink(
                origin, String(decoding: value, as: UTF8.self), isCutOff: isValueCutOff, line: valueLine))
    }

    /// Adds a byte to the word, the string or the URL that is read.
    mutating func keep(_ byte: UInt8) {
        switch state {
        case .word:
            if word.count < Self.wordLimit { word.append(byte.asciiLowercased) }
        case .string, .url:
            if value.count < Self.urlLimit { value.append(byte) } else { isValueCutOff = true }
        default: break
        }
    }
}

extension UInt8 {
    /// Whether the byte may stand in a name (CSS Syntax 3, "ident code point").
    fileprivate var isNameByte: Bool {
        isASCIILetter || isASCIIDigit || self >= 0x80 || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "_")
    }
}
