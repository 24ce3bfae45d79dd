internal import TrawlStore

/// Writes what changed between two runs in one of the formats, page by page.
struct ChangeWriter {
    private let format: RowFormat
    private let descriptor: Int32
    private let palette: Palette
    private let isRaw: Bool
    private let shield: RowShield
    private var counts: [PageChange.Kind: Int64] = [:]

    /// - Parameters:
    ///   - descriptor: where rows go; it is not closed.
    ///   - palette: for tables.
    ///   - isRaw: whether CSV has texts as they are.
    init(_ format: RowFormat, to descriptor: Int32, palette: Palette, isRaw: Bool = false) {
        self.isRaw = isRaw
        shield = RowShield(descriptor)
        self.format = format
        self.descriptor = descriptor
        self.palette = palette
    }

    /// Whether any written row is a change.
    var hasChanges: Bool { counts.keys.contains { $0 != .unknown } }

    private var count: Int64 { counts.values.reduce(0, +) }

    /// The counts in words: `2 new, 1 gone`, or `nothing changed`.
    var summary: String {
        let parts = PageChange.Kind.allCases.compactMap { kind in
            counts[kind].map { "\(Wording.count($0)) \(kind.rawValue)" }
        }
        return ((hasChanges ? [] : ["nothing changed"]) + parts).joined(separator: ", ")
    }

    /// Writes what comes before the first row.
    func begin() throws {
        switch format {
        case .csv: try put(Self.fields.joined(separator: ",") + "\r\n")
        case .json: try put("[")
        case .table, .ndjson: break
        }
    }

    mutating func write(_ change: PageChange) throws {
        switch format {
        case .table: try put(table(change))
        case .ndjson: try put(json(change) + "\n")
        case .csv: try put(csv(change))
        case .json: try put((count == 0 ? "\n" : ",\n") + json(change))
        }
        counts[change.kind, default: 0] += 1
    }

    /// Writes what comes after the last row.
    func end() throws {
        if format == .json { try put(count == 0 ? "]\n" : "\n]\n") }
    }

    private func put(_ text: String) throws {
        try Terminal.put(text, to: descriptor)
    }

    // MARK: - Formats

    /// The members of a row, in order. All formats with names have the same.
    static let fields = [
        "change", "name", "url", "status_code_before", "status_code_after", "error_kind_before",
        "error_kind_after", "title_before", "title_after", "content_length_before", "content_length_after",
        "content_digest_before", "content_digest_after",
    ]

    private func table(_ change: PageChange) -> String {
        let word = change.kind.rawValue + String(repeating: " ", count: 8 - change.kind.rawValue.count)
        let coloured =
            switch change.kind {
            case .new: palette.green(word)
            case .gone: palette.red(word)
            case .unknown: palette.dim(word)
            case .status, .title, .content: palette.yellow(word)
            }
        return """
            \(coloured)\(Terminal.sanitized(difference(change)))
                    \(palette.dim(Terminal.sanitized(change.url)))

            """
    }

    private func difference(_ change: PageChange) -> String {
        switch change.kind {
        case .gone where change.after != nil, .status:
            return "\(change.before.map(answer) ?? "") → \(change.after.map(answer) ?? "")"
        case .new, .gone, .unknown:
            let side = change.after ?? change.before
            return [side.map(answer), side?.title].compactMap { $0 }.joined(separator: "  ")
        case .title:
            return "\(title(change.before)) → \(title(change.after))"
        case .content:
            return "\(bytes(change.before)) → \(bytes(change.after))"
        }
    }

    /// The status, or the kind of error where there was no answer.
    private func answer(_ side: PageChange.Side) -> String {
        side.statusCode.map(String.init) ?? side.errorKind ?? "-"
    }

    private func title(_ side: PageChange.Side?) -> String {
        side?.title.map { "\"\($0)\"" } ?? "none"
    }

    private func bytes(_ side: PageChange.Side?) -> String {
        side?.contentLength.map { Wording.count($0, "byte") } ?? "?"
    }

    private func values(_ change: PageChange) -> [FieldValue] {
        [
            .text(change.kind.rawValue), .text(change.name), .text(change.url),
            .number(change.before?.statusCode.map(Int64.init)),
            .number(change.after?.statusCode.map(Int64.init)), .text(change.before?.errorKind),
            .text(change.after?.errorKind), .text(change.before?.title), .text(change.after?.title),
            .number(change.before?.contentLength), .number(change.after?.contentLength),
            .text(change.before?.contentDigest), .text(change.after?.contentDigest),
        ]
    }

    private func json(_ change: PageChange) -> String {
        var line = JSONLine()
        for (field, value) in zip(Self.fields, values(change)) { line.add(field, value) }
        return shield.json(line.line)
    }

    private func csv(_ change: PageChange) -> String {
        shield.csv(values(change).map { $0.csv(isRaw: isRaw) }.joined(separator: ",")) + "\r\n"
    }
}
