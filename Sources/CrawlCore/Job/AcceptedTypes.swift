/// The types of bodies that a job takes.
///
/// A type is `type/subtype`, such as `text/html`; a `*` in it stands for any text: `image/*`, `application/*+json`.
package struct AcceptedTypes: Sendable, Equatable {
    /// The types in small letters, in the order of the job.
    package let names: [String]
    private let patterns: [NamePattern]

    /// - Parameter names: types without parameters, in any case; nothing is checked.
    package init(_ names: [String]) {
        self.names = names.map { $0.lowercased() }
        patterns = self.names.map(NamePattern.init)
    }

    /// Whether a text is `type/subtype`, of the characters of tokens (RFC 9110, section 8.3.1).
    package static func isType(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { 0x21...0x7E ~= $0 && !"\"(),:;<=>?@[\\]{}".utf8.contains($0) }
            }
    }

    /// Whether a body of a type is taken.
    ///
    /// - Parameter type: in small letters, without parameters.
    package func contains(_ type: String) -> Bool {
        patterns.contains { $0.matches(type.utf8.span) }
    }
}
