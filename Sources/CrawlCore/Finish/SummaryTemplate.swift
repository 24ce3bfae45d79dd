/// A text that refers to the summary of a run: `${run:message}`.
package struct SummaryTemplate: Sendable, Equatable {
    /// What a text may refer to: members of the summary, in its order.
    package static let names = [
        "id", "message", "job", "run", "result", "exit_code", "started", "finished", "pages", "pages_done",
        "pages_failed",
        "pages_skipped", "requests", "size_download", "elapsed_ms",
    ]

    private enum Part: Sendable, Equatable {
        case text(String)
        case member(String)
    }

    private var parts: [Part] = []

    /// Takes a text apart.
    ///
    /// - Throws: ``TextTemplateError`` where a reference is not closed or names nothing of the summary.
    package init(_ text: String) throws(TextTemplateError) {
        let pieces = Self.split(text, at: "${run:")
        if let first = pieces.first, !first.isEmpty { parts.append(.text(first)) }
        for piece in pieces.dropFirst() {
            let name = piece.prefix { $0 != "}" }
            guard name.endIndex < piece.endIndex else {
                throw TextTemplateError(
                    message: "\"${run:\(piece.prefix(30))\" is not closed; write ${run:message}")
            }
            guard Self.names.contains(String(name)) else {
                throw TextTemplateError(
                    message:
                        "${run:\(name)} is not known here; known are \(Self.names.joined(separator: ", "))")
            }
            parts.append(.member(String(name)))
            let rest = piece[piece.index(after: name.endIndex)...]
            if !rest.isEmpty { parts.append(.text(String(rest))) }
        }
    }

    /// The text with its references filled in, each part once: nothing that is filled in is read as a reference again.
    ///
    /// - Parameters:
    ///   - member: the value of a member of the summary.
    ///   - text: what becomes of what lies between.
    package func filled<Failure: Error>(
        member: (String) -> String, text: (String) throws(Failure) -> String
    ) throws(Failure) -> String {
        var filled = ""
        for part in parts {
            switch part {
            case .text(let literal): filled += try text(literal)
            case .member(let name): filled += member(name)
            }
        }
        return filled
    }

    private static func split(_ text: String, at separator: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while let start = rest.indices.first(where: { rest[$0] == "$" && rest[$0...].hasPrefix(separator) }) {
            pieces.append(String(rest[..<start]))
            rest = rest[start...].dropFirst(separator.count)
        }
        return pieces + [String(rest)]
    }
}
