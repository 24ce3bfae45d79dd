/// Passes over a document type declaration (XML 1.0, section 2.8), from after `<!DOCTYPE` to its `>`.
struct SitemapDocumentType {
    enum Step {
        /// There is more of it.
        case inside
        /// The byte is its last.
        case end
        /// The byte begins the name of a tag, which cannot stand in it: it has no end.
        case tag
    }

    /// Whether it declares something of its own.
    private(set) var hasSubset = false
    private var isInSubset = false
    private var place = Place.between
    private var quote: UInt8 = 0
    private var last: (UInt8, UInt8) = (0, 0)

    private enum Place {
        case between
        /// Behind a `<` of the internal subset.
        case opened
        case declaration
        case comment
        case instruction
    }

    mutating func step(_ byte: UInt8) -> Step {
        defer { last = (last.1, byte) }
        switch place {
        case .between: return stepBetween(byte)
        case .opened:
            if byte.isNameStart { return .tag }
            place = byte == UInt8(ascii: "?") ? .instruction : .declaration
        case .declaration:
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "-"), last == (UInt8(ascii: "!"), UInt8(ascii: "-")) {
                place = .comment
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                place = .between
            }
        case .comment:
            if byte == UInt8(ascii: ">"), last == (UInt8(ascii: "-"), UInt8(ascii: "-")) { place = .between }
        case .instruction:
            if byte == UInt8(ascii: ">") { place = .between }
        }
        return .inside
    }

    private mutating func stepBetween(_ byte: UInt8) -> Step {
        if quote != 0 {
            if byte == quote { quote = 0 }
            return .inside
        }
        switch byte {
        case UInt8(ascii: "["): (isInSubset, hasSubset) = (true, true)
        case UInt8(ascii: "]"): isInSubset = false
        case UInt8(ascii: ">") where !isInSubset: return .end
        case UInt8(ascii: "<"): place = .opened
        case UInt8(ascii: "\"") where !isInSubset, UInt8(ascii: "'") where !isInSubset: quote = byte
        default: break
        }
        return .inside
    }
}
