extension PageScanner {
    /// What is to be found beside the title.
    public struct Options: OptionSet, Sendable {
        /// The options as bits.
        public let rawValue: UInt8
        /// Options of bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// What the page says of itself: ``PageScanner/metadata``.
        public static let metadata = Options(rawValue: 1 << 0)
        /// The links, in order: ``PageScanner/links``; and the metadata.
        public static let links = Options(rawValue: 1 << 1)
        /// A tree of the page, for ``PageScanner/evaluate(_:limit:)``.
        public static let tree = Options(rawValue: 1 << 2)
        /// The text of the body, decoded, whatever is in it: ``PageScanner/withText(_:)``. Bodies of other types than HTML
        /// are read then, too, if they are text.
        public static let text = Options(rawValue: 1 << 3)
    }
}
