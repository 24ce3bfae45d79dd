/// A text of a job with references in it: `Bearer ${env:API_KEY}`.
///
/// `${` begins a reference only where `env:`, `file:`, `var:` or `auth}` follows; anything else stands for itself.
package struct TextTemplate: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case literal(Substring)
        case reference(TextReference)
    }

    private var parts: [Part] = []

    /// Takes a text apart.
    ///
    /// - Throws: ``TextTemplateError`` where a reference is not closed or names nothing that could be there.
    package init(_ text: String) throws(TextTemplateError) {
        var rest = text[...]
        while let start = Self.start(in: rest) {
            if start > rest.startIndex { parts.append(.literal(rest[..<start])) }
            let body = rest[start...].dropFirst(2)
            guard let end = body.firstIndex(of: "}") else {
                throw TextTemplateError(
                    message: "\"\(rest[start...].prefix(40))\" is not closed; write ${env:NAME}")
            }
            guard let reference = TextReference(body[..<end]) else {
                let message =
                    body.hasPrefix("file:")
                    ? "takes an absolute path, or the name of a file in $CREDENTIALS_DIRECTORY"
                    : "takes a name of letters, digits and underscores"
                throw TextTemplateError(message: "\"\(rest[start...end].prefix(80))\" \(message)")
            }
            parts.append(.reference(reference))
            rest = rest[body.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.literal(rest)) }
    }

    /// What the text refers to, in its order.
    package var references: [TextReference] {
        parts.compactMap { part in
            if case .reference(let reference) = part { reference } else { nil }
        }
    }

    /// The reference that the text is, and nothing else; nil where it is more than that.
    package var soleReference: TextReference? {
        guard parts.count == 1, case .reference(let reference)? = parts.first else { return nil }
        return reference
    }

    /// The text with its references filled in.
    ///
    /// - Parameter value: what one stands for; nil leaves it as it is.
    package func filled<Failure: Error>(
        _ value: (TextReference) throws(Failure) -> String?
    ) throws(Failure) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .reference(let reference): text += try value(reference) ?? reference.description
            }
        }
        return text
    }

    /// Whether a text has references. Most have none, and cost no more than a look.
    package static func hasReferences(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "$")) && start(in: text[...]) != nil
    }

    /// The secrets that a text refers to, which can be looked up.
    package static func secrets(in text: String) -> [TextReference] {
        guard hasReferences(text), let template = try? TextTemplate(text) else { return [] }
        return template.references.filter { $0.isSecret && $0 != .credential }
    }

    private static func start(in text: Substring) -> String.Index? {
        var rest = text
        while let dollar = rest.utf8.firstIndex(of: UInt8(ascii: "$")) {
            let candidate = rest[dollar...]
            if ["${env:", "${file:", "${var:", "${auth}"].contains(where: candidate.hasPrefix) {
                return dollar
            }
            rest = rest[rest.utf8.index(after: dollar)...]
        }
        return nil
    }
}

/// Why a text is no ``TextTemplate``.
package struct TextTemplateError: Error, Sendable, Equatable {
    /// What is wrong and what to write instead.
    package let message: String
    /// A mistake, for people.
    package init(message: String) { self.message = message }
}
