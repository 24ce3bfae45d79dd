/// What became of one page from one run to another: a row of the view `run_changes`.
package struct PageChange: Sendable {
    /// The kinds of change. If several apply, the first one counts.
    package enum Kind: String, Sendable, CaseIterable {
        case new
        case gone
        case status
        case title
        case content
        /// The later run did not get to it, because something that leads to it could not be read. No change.
        case unknown
    }

    /// What a run knows of the page.
    package struct Side: Sendable {
        /// The status; nil where no response came.
        package let statusCode: Int?
        /// What went wrong, as an `ErrorKind`'s raw value.
        package let errorKind: String?
        /// The title.
        package let title: String?
        /// Bytes of the body, decoded.
        package let contentLength: Int64?
        /// The digest of the body, decoded, in hexadecimal digits.
        package let contentDigest: String?

        /// What a run knows.
        package init(
            statusCode: Int?, errorKind: String?, title: String?, contentLength: Int64?,
            contentDigest: String?
        ) {
            self.statusCode = statusCode
            self.errorKind = errorKind
            self.title = title
            self.contentLength = contentLength
            self.contentDigest = contentDigest
        }
    }

    /// What is different first.
    package let kind: Kind
    /// The name of the request, where it has one.
    package let name: String?
    /// The URL.
    package let url: String
    /// The page in the earlier run; nil for a new one.
    package let before: Side?
    /// The page in the later run; nil where that does not have it.
    package let after: Side?

    /// A change.
    package init(kind: Kind, name: String?, url: String, before: Side?, after: Side?) {
        self.kind = kind
        self.name = name
        self.url = url
        self.before = before
        self.after = after
    }
}
