extension PageScanner {
    /// What is to be found beside the title.
    package struct Options: OptionSet, Sendable {
        /// The options as bits.
        package let rawValue: UInt8
        /// Options of bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// What the page says of itself: ``PageScanner/metadata``.
        package static let metadata = Options(rawValue: 1 << 0)
        /// The links, in order: ``PageScanner/links``; and the metadata.
        package static let links = Options(rawValue: 1 << 1)
        /// A tree of the page, for ``PageScanner/evaluate(_:limit:)``.
        package static let tree = Options(rawValue: 1 << 2)
        /// The text of the body, decoded, whatever is in it: ``PageScanner/withText(_:)``. Bodies of other types than HTML
        /// are read then, too, if they are text.
        package static let text = Options(rawValue: 1 << 3)
    }
}
