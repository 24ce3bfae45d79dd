/// A link whose element is open.
struct OpenLink {
    let attribute: String
    let rel: String
    let url: ReferenceURL
    /// The line on which the element begins.
    let line: Int
    var text = LinkText()
    /// How many tables have begun within it.
    private var tables = 0

    init(attribute: String, rel: String, url: ReferenceURL, line: Int) {
        self.attribute = attribute
        self.rel = rel
        self.url = url
        self.line = line
    }

    /// Whether a tag ends the cell of a table that the link was left open in, and the link with it.
    mutating func isLeft(at name: TagName, isEnd: Bool) -> Bool {
        switch name {
        case .table:
            tables += isEnd ? -1 : 1
            return tables < 0
        case .td, .th, .tr, .caption: return tables == 0
        default: return false
        }
    }

    /// The reference, once its text is complete.
    func reference(_ pageText: PageText) -> PageReference {
        PageReference(
            .hyperlink, element: "a", attribute: attribute, rel: rel, text: text.content(pageText),
            url: url.text,
            isCutOff: url.isCutOff)
    }
}
