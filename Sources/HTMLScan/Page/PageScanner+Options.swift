extension PageScanner {
    /// What is searched for beside the title.
    package struct Options: OptionSet, Sendable {
        /// The options as bits.
        package let rawValue: UInt8
        /// Options of bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The page's metadata: ``PageScanner/metadata``.
        package static let metadata = Options(rawValue: 1 << 0)
        /// The links, in order: ``PageScanner/links``; and the metadata.
        package static let links = Options(rawValue: 1 << 1)
        /// A tree of the page, for ``PageScanner/evaluate(_:limit:)``.
        package static let tree = Options(rawValue: 1 << 2)
        /// The text of the body, decoded but with its markup: ``PageScanner/withText(_:)``. With this option all
        /// bodies of text are read, not only HTML.
        package static let text = Options(rawValue: 1 << 3)
        /// Everything that the page refers to, and its ids: ``PageScanner/references``; and the metadata.
        package static let references = Options(rawValue: 1 << 4)
        /// With ``references``, the images that the page has for previews (Open Graph, Twitter's cards), too.
        package static let socialImages = Options(rawValue: 1 << 5)

        // Said in full: the protocol's own is not specialised in another module, as this type is not public.
        /// Whether nothing is searched for but the title.
        package var isEmpty: Bool { rawValue == 0 }
    }
}
