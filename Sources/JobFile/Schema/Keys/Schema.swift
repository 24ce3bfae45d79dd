/// The keys of one mapping.
struct Schema<Target>: Sendable {
    let fields: [Field<Target>]
    /// Which keys go together.
    let rules: [KeyRule]
    /// What other tools call keys of this mapping, with the key that is meant (``ForeignKey``).
    private let foreign: [String: String]

    init(_ fields: [Field<Target>], rules: [KeyRule] = [], foreign: [String: String] = [:]) {
        self.fields = fields
        self.rules = rules
        self.foreign = foreign
    }

    /// Reads a mapping in the order of the file, so that the first mistake is the one reported.
    func read(_ cursor: Cursor, into target: inout Target) throws(JobFileError) {
        for entry in try cursor.entries() {
            let child = cursor.child(entry)
            guard let field = fields.first(where: { $0.name == entry.key }) else {
                throw cursor.source.failure(
                    at: entry.position, keyPath: child.path, unknown(entry.key))
            }
            try field.read(child, &target)
        }
    }

    private func unknown(_ key: String) -> String {
        let known = fields.map(\.name)
        if let meant = foreign[ForeignKey.normalized(key)] {
            return "unknown key \"\(key)\"; did you mean \"\(meant)\"?"
        }
        if let nearest = Spelling.nearest(to: key, in: known) {
            return "unknown key \"\(key)\"; did you mean \"\(nearest)\"?"
        }
        // A key in the wrong place: `per_host` beside `concurrency` instead of in it.
        if let parent = fields.first(where: { $0.children.contains(key) }) {
            return "unknown key \"\(key)\"; did you mean \"\(parent.name).\(key)\"?"
        }
        return "unknown key \"\(key)\"; known here are \(known.sorted().joined(separator: ", "))"
    }
}
