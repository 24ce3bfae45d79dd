/// The text of a raw text element, gathered for the tree until the element ends.
struct RawTextPiece {
    /// How the text is read.
    enum Kind {
        /// There are character references in it (HTML Standard: RCDATA).
        case withReferences
        case verbatim
    }

    /// How the text is read; nil where no such element is open.
    private(set) var kind: Kind?
    private var bytes: [UInt8] = []

    /// Forgets what was gathered.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        kind = nil
    }

    /// Says that what comes is the text of an element.
    mutating func begin(_ kind: Kind) { self.kind = kind }

    /// Adds what comes next of the page, where such an element is open.
    mutating func append(_ piece: Slice<UnsafeRawBufferPointer>) {
        if kind != nil, bytes.count < PageTree.sizeLimit { bytes.append(contentsOf: piece) }
    }

    /// Removes the bytes last added, which were the element's end tag.
    mutating func removeLast(_ count: Int) { bytes.removeLast(min(count, bytes.count)) }

    /// Puts the text into a tree, and forgets it.
    mutating func move(to tree: inout PageTree) {
        guard let kind else { return }
        bytes.withUnsafeBytes { tree.rawText($0, hasReferences: kind == .withReferences) }
        reset()
    }
}
