internal import TrawlText

/// What can be told of an XPath expression by its words alone.
///
/// libxml2 finds an unknown function or prefix only when it comes to evaluating it. And where the steps of a path may meet the
/// same nodes again and again, as in `//div//p`, it takes time that grows with the square of what it finds, which its limit of
/// operations does not see. So a path is cut before such steps, and the code that evaluates the pieces counts a node once.
struct XPathSyntax {
    /// Why the expression cannot be used, where libxml2 would not say so before it is evaluated.
    private(set) var mistake: String?
    /// The paths of which the expression is the union, each cut into pieces: each piece is to be evaluated at every node that
    /// the piece before it found. An expression that is no path is one piece.
    private(set) var paths: [[String]] = []
    /// Whether there are such steps, unions or comparisons of sets of nodes where nothing can be cut.
    private(set) var isCostly = false

    /// The prefixes that are used, but for `xml`; only those of XML may be.
    private(set) var prefixes: Set<String> = []

    /// The expression. For HTML the names that elements and attributes are tested for are in lower case, as those in the tree are.
    private(set) var bytes: [UInt8]
    private let language: XPathLanguage
    private var position = 0
    /// What was found at each level of brackets and parentheses.
    private var levels = [Level()]
    private var pieces: [String] = []
    private var pieceStart = 0
    /// Whether the expression is a path, or a union of paths.
    private var isPath = true
    /// Whether what was read last can be the end of an operand, so that a name or a star after it is an operator.
    private var isAfterOperand = false
    /// Whether what was read last is `//`.
    private var isAfterDescent = false

    private struct Level {
        var steps = 0
        var descents = 0
        var compares = false
    }

    /// The functions of XPath 1.0.
    static let functions: Set<String> = [
        "boolean", "ceiling", "concat", "contains", "count", "false", "floor", "id", "lang", "last",
        "local-name",
        "name", "namespace-uri", "normalize-space", "not", "number", "position", "round", "starts-with",
        "string",
        "string-length", "substring", "substring-after", "substring-before", "sum", "translate", "true",
    ]
    private static let nodeTypes: Set<String> = ["comment", "node", "processing-instruction", "text"]
    /// The axes on which every node has its own: no node is met twice.
    private static let plainAxes: Set<String> = ["attribute", "child", "namespace", "self"]
    private static let operatorNames: Set<String> = ["and", "div", "mod", "or"]

    /// Reads an expression, which need not be a valid one.
    init(_ expression: String, _ language: XPathLanguage) {
        bytes = Array(expression.utf8)
        self.language = language
        while position < bytes.count, mistake == nil { readWord() }
        if isPath {
            endPiece(upTo: bytes.count)
            paths.append(pieces)
        } else {
            isCostly = isCostly || !pieces.isEmpty || paths.contains { $0.count > 1 }
            paths = [[text]]
        }
    }

    /// The expression as it is to be compiled: a browser, too, takes names of HTML without regard to their case.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    private var level: Level {
        get { levels[levels.count - 1] }
        set { levels[levels.count - 1] = newValue }
    }
    private var isOutermost: Bool { levels.count == 1 }

    private mutating func readWord() {
        let byte = bytes[position]
        switch byte {
        case _ where byte.isASCIIWhitespace: position += 1
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            position = (bytes[(position + 1)...].firstIndex(of: byte) ?? bytes.count - 1) + 1
            readOperand()
        case _ where byte.isASCIIDigit:
            skip { $0.isASCIIDigit || $0 == UInt8(ascii: ".") }
            readOperand()
        case UInt8(ascii: "$"): mistake = "there are no variables"
        case UInt8(ascii: "/"): readSlash()
        case UInt8(ascii: "."): readDots()
        case UInt8(ascii: "@"): position += 1
        case UInt8(ascii: "["), UInt8(ascii: "("): open(byte)
        case UInt8(ascii: "]"), UInt8(ascii: ")"): close()
        case UInt8(ascii: "*") where !isAfterOperand:
            position += 1
            endStep()
        case UInt8(ascii: "|"): readUnion()
        case _ where Self.isNameByte(byte) && byte != UInt8(ascii: "-"): readName()
        default: readOperator(byte)
        }
    }

    // MARK: - Steps

    private mutating func readSlash() {
        let start = position
        skip { $0 == UInt8(ascii: "/") }
        isAfterDescent = position - start > 1
        if isAfterDescent {
            level.descents += 1
            if level.steps > 0 { cut(before: start, prefix: ".") }
        }
        isAfterOperand = false
    }

    private mutating func readDots() {
        let start = position
        skip { $0 == UInt8(ascii: ".") || $0.isASCIIDigit }
        if position - start == 2, level.steps > 0 || isAfterDescent { cut(before: start) }
        endStep()
    }

    private mutating func endStep() {
        level.steps += 1
        isAfterDescent = false
        isAfterOperand = true
    }

    /// Cuts the path here, or finds that nothing can be cut.
    private mutating func cut(before start: Int, prefix: String = "") {
        guard isOutermost else {
            isCostly = true
            return
        }
        endPiece(upTo: start)
        pieces[pieces.count - 1].trimSlash()
        nextPrefix = prefix
        pieceStart = start
    }

    private var nextPrefix = ""

    private mutating func endPiece(upTo end: Int) {
        pieces.append(nextPrefix + String(decoding: bytes[pieceStart..<end], as: UTF8.self))
        nextPrefix = ""
    }

    private mutating func readUnion() {
        if isOutermost, isPath {
            endPiece(upTo: position)
            paths.append(pieces)
            pieces = []
            pieceStart = position + 1
        } else {
            isCostly = true
        }
        position += 1
        beginPath()
    }

    private mutating func beginPath() {
        level.steps = 0
        isAfterOperand = false
        isAfterDescent = false
    }

    // MARK: - Names

    private mutating func readName() {
        let start = position
        skip(while: Self.isNameByte)
        var name = String(decoding: bytes[start..<position], as: UTF8.self)
        if isAfterOperand, Self.operatorNames.contains(name) {
            isPath = isPath && !isOutermost
            return beginPath()
        }
        if peek(0) == UInt8(ascii: ":"), peek(1) != UInt8(ascii: ":") {
            position += 1
            let local = position
            skip { Self.isNameByte($0) || $0 == UInt8(ascii: "*") }
            if name != "xml" { prefixes.insert(name) }
            name += ":" + String(decoding: bytes[local..<position], as: UTF8.self)
        }
        skip(while: \.isASCIIWhitespace)
        if peek(0) == UInt8(ascii: "("), !Self.nodeTypes.contains(name) {
            if !Self.functions.contains(name) { mistake = "there is no function \(name)" }
            isPath = isPath && !isOutermost
        } else if peek(0) == UInt8(ascii: ":"), peek(1) == UInt8(ascii: ":") {
            if level.steps > 0 || isAfterDescent, !Self.plainAxes.contains(name) { cut(before: start) }
            position += 2
        } else {
            if language == .html {
                for index in start..<position { bytes[index] = bytes[index].asciiLowercased }
            }
            endStep()
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte >= 0x80
    }

    // MARK: - Everything else

    private mutating func readOperand() {
        if isOutermost { isPath = false }
        endStep()
    }

    private mutating func readOperator(_ byte: UInt8) {
        if isOutermost, byte != UInt8(ascii: ",") { isPath = false }
        if byte == UInt8(ascii: "=") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") {
            level.compares = true
        }
        position += 1
        beginPath()
    }

    private mutating func open(_ byte: UInt8) {
        // Parentheses that are not those of `text()` and its like make it more than a path.
        if byte == UInt8(ascii: "("), !isAfterNodeType { isPath = isPath && !isOutermost }
        position += 1
        levels.append(Level())
        isAfterOperand = false
    }

    /// Whether the parenthesis to be opened is that of a test for a type of node.
    private var isAfterNodeType: Bool {
        let before = String(
            decoding: bytes[..<position].reversed().drop(while: \.isASCIIWhitespace)
                .prefix(while: Self.isNameByte).reversed(), as: UTF8.self)
        return Self.nodeTypes.contains(before)
    }

    private mutating func close() {
        if level.compares, level.descents > 1 { isCostly = true }
        if levels.count > 1 { levels.removeLast() }
        position += 1
        if !isAfterOperand || level.steps == 0 { level.steps = max(level.steps, 1) }
        isAfterOperand = true
    }

    private func peek(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }
}

extension String {
    /// Ends a path's piece that ends in a slash, after which the next begins.
    fileprivate mutating func trimSlash() {
        while let last = utf8.last, last.isASCIIWhitespace { removeLast() }
        if hasSuffix("//") {
            removeLast(2)
            self += "/descendant-or-self::node()"
        } else if utf8.count > 1, hasSuffix("/") {
            removeLast()
        }
    }
}
