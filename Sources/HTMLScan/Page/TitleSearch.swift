/// The search for the title of a page.
struct TitleSearch {
    /// How far the search is.
    enum State {
        case searching
        /// What comes is the title's text.
        ///
        /// - Parameter depth: In XHTML, how many elements are open, the title itself included.
        case reading(depth: Int)
        /// The title was found in a body that has no content yet. A frameset may still take the body's place.
        case provisional
        /// The title was found, or none will be.
        case over
    }

    private(set) var state = State.searching
    /// The title; nil where none was found yet.
    private(set) var title: String?
    /// The text of the title that is being read.
    var text = TitleText()

    /// Whether a title that begins here is the page's.
    var isSearching: Bool {
        if case .searching = state { true } else { false }
    }

    /// Whether what comes is the title's text.
    var isReading: Bool {
        if case .reading = state { true } else { false }
    }

    /// In XHTML, how many elements are open in the title, itself included; nil where no title is read.
    var depth: Int? {
        if case .reading(let depth) = state { depth } else { nil }
    }

    /// Whether a frameset may still take the title away.
    var isProvisional: Bool {
        if case .provisional = state { true } else { false }
    }

    /// Forgets the page and begins another.
    mutating func reset() {
        state = .searching
        title = nil
    }

    /// Begins to read the text of the title, where none was read yet.
    ///
    /// - Parameter depth: In XHTML, how many elements are open, the title included.
    mutating func begin(depth: Int = 0) {
        guard isSearching else { return }
        text.reset()
        state = .reading(depth: depth)
    }

    /// Takes the title whose text was read.
    mutating func found(_ title: String) {
        self.title = title
        state = .provisional
    }

    /// Ends the search; what was found stays.
    mutating func end() { state = .over }

    /// Ends the search without what was found in a body whose place a frameset takes.
    mutating func endInFrameset() {
        if isProvisional { title = nil }
        state = .over
    }
}
