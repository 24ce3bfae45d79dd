/// What is known of a page beside its title, where its job asks for it. The page was read to its end.
///
/// It is a class, so that an outcome costs one nil where the job asks for nothing.
package final class PageContent: Sendable {
    /// What the page says is its own address, absolute; nil where it says none.
    package let canonicalURL: String?
    /// The `lang` of the `html` element.
    package let language: String?
    /// The `meta` description.
    package let description: String?
    /// How many `a` and `area` elements have a `href`; nil where the body is no HTML.
    package let linkCount: Int?
    /// The job's fields as one JSON object; nil where the job has none, or the body is no text.
    package let extracted: String?
    /// The body as text, where it is likely to be JSON and the job keeps it.
    package let reply: String?

    /// The content of a page.
    package init(
        canonicalURL: String? = nil, language: String? = nil, description: String? = nil,
        linkCount: Int? = nil,
        extracted: String? = nil, reply: String? = nil
    ) {
        self.canonicalURL = canonicalURL
        self.language = language
        self.description = description
        self.linkCount = linkCount
        self.extracted = extracted
        self.reply = reply
    }
}
