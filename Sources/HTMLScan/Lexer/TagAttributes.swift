internal import TrawlText

/// The attributes of a start tag, as they are written in the page.
struct TagAttributes {
    /// The most bytes that are kept. A longer tag loses the attributes beyond.
    var limit = 16 << 10

    private var bytes: [UInt8] = []

    /// Forgets the tag and begins another.
    mutating func reset() { bytes.removeAll(keepingCapacity: true) }

    /// Adds the next piece of the tag, up to its `>`.
    mutating func append(_ piece: Slice<UnsafeRawBufferPointer>) {
        bytes.append(contentsOf: piece.prefix(limit - bytes.count))
    }

    /// Whether the tag has, or just has not, more than is kept.
    var isCutShort: Bool { bytes.count == limit }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// Whether a `font` with these attributes ends foreign content (HTML Standard, §13.2.6.5).
    var breakOut: Bool {
        contains { name, _ in name.matches("color") || name.matches("face") || name.matches("size") }
    }

    /// Whether an `annotation-xml` with these attributes has HTML in it (HTML Standard, "HTML integration point").
    var admitHTML: Bool {
        var isFirst = true
        return contains { name, value in
            guard name.matches("encoding"), isFirst else { return false }
            isFirst = false
            return value.matches("text/html") || value.matches("application/xhtml+xml")
        }
    }

    /// Whether an `input` with these attributes is hidden, and so is no content. The first `type` counts.
    var areHidden: Bool {
        var isFirst = true
        return contains { name, value in
            guard name.matches("type"), isFirst else { return false }
            isFirst = false
            return value.matches("hidden")
        }
    }

    private func contains(
        where condition: (Slice<UnsafeRawBufferPointer>, Slice<UnsafeRawBufferPointer>) -> Bool
    ) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var cursor = AttributeCursor(bytes)
            while let (name, value) = cursor.next() {
                if condition(name, value) { return true }
            }
            return false
        }
    }
}
