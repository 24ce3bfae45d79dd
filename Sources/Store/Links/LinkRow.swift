/// A link as the view `links` shows it.
package struct LinkRow: Sendable, Equatable {
    /// The page that has it.
    package var from: String
    /// Where it leads, without fragment; as the page writes it where that is no URL.
    package var to: String
    /// The element, in lower case; `header` for a field of the header, `css` for a stylesheet.
    package var element: String
    /// The attribute, or the name of the field.
    package var attribute: String
    /// The words of `rel`.
    package var rel: String?
    /// The text of the link, or the alternative text of the image.
    package var text: String?
    /// The fragment, without `#`.
    package var fragment: String?
    /// The line that it is in, from 1; 0 for the header.
    package var line: Int
    /// How many times the page has it.
    package var count: Int
    /// What is known of it, as a ``LinkVerdict``'s raw value; nil while nothing is.
    package var verdict: String?
    /// Why, as a ``LinkReason``'s raw value.
    package var reason: String?
    /// The status that its URL was answered with.
    package var statusCode: Int?
    /// What went wrong, as an ``ErrorKind``'s raw value.
    package var errorKind: String?
    /// Since when the job's runs have found it so, in unix milliseconds; nil where it is not broken.
    package var brokenSince: Int64?
    /// Whether it leads to a host that the run's own list does not name. Nil where that was not looked up.
    package var isExternal: Bool?

    /// A link of which nothing is known yet.
    package init(from: String, to: String, element: String, attribute: String, line: Int, count: Int) {
        self.from = from
        self.to = to
        self.element = element
        self.attribute = attribute
        self.line = line
        self.count = count
    }
}
