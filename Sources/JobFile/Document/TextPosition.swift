/// A place in a text, as editors count.
struct TextPosition: Sendable, Equatable {
    /// From 1.
    var line = 1
    /// From 1, in Unicode scalars.
    var column = 1

    /// The beginning.
    static let start = TextPosition(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place just after a text.
    init(after text: some Sequence<Unicode.Scalar>) {
        var previous: Unicode.Scalar = " "
        for scalar in text {
            advance(over: scalar, after: previous)
            previous = scalar
        }
    }

    /// Moves over one scalar. Lines end where libYAML ends them: at CR, LF, CR LF, NEL, LS and PS.
    mutating func advance(over scalar: Unicode.Scalar, after previous: Unicode.Scalar) {
        switch scalar {
        case "\n" where previous == "\r":
            // The CR has ended the line already.
            break
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
            line += 1
            column = 1
        default:
            column += 1
        }
    }
}
