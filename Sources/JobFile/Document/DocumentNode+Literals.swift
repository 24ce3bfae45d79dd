extension DocumentNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A value that stands in no file.
    init(_ content: Content) {
        self.init(content: content, position: .start)
    }

    init(stringLiteral text: String) { self.init(.text(text, isQuoted: true)) }

    init(integerLiteral number: Int) { self.init(.number("\(number)")) }

    init(booleanLiteral value: Bool) { self.init(.boolean(value)) }

    init(arrayLiteral elements: DocumentNode...) { self.init(.list(elements)) }

    /// A mapping with its keys in this order.
    init(dictionaryLiteral entries: (String, DocumentNode)...) { self = .mapping(entries) }

    /// A text that needs no quotes.
    static func word(_ text: String) -> DocumentNode { DocumentNode(.text(text, isQuoted: false)) }

    /// A text.
    static func text(_ text: String) -> DocumentNode { DocumentNode(.text(text, isQuoted: true)) }

    /// A whole number.
    static func number(_ number: some BinaryInteger) -> DocumentNode { DocumentNode(.number("\(number)")) }

    /// A list of texts.
    static func texts(_ texts: some Sequence<String>) -> DocumentNode { DocumentNode(.list(texts.map(text))) }

    /// A mapping with its keys in this order.
    static func mapping(_ entries: [(String, DocumentNode)]) -> DocumentNode {
        DocumentNode(
            .mapping(entries.map { Entry(key: $0.0, position: .start, value: $0.1) }))
    }
}
