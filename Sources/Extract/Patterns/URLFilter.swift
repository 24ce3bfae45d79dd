/// Which URLs the regular expressions of a job let pass, for one thread.
///
/// The expressions are RE2's, whose time is proportional to the length of the URL. Each list is one automaton, so a
/// URL is read at most twice, however many expressions there are.
package final class URLFilter {
    private let include: RegularExpression?
    private let exclude: RegularExpression?

    /// Compiles the expressions.
    ///
    /// - Parameters:
    ///   - include: one of them must match somewhere in the URL; where there are none, all pass.
    ///   - exclude: none of them may match.
    /// - Throws: ``URLFilterError`` for the first that is none.
    package init(include: [String], exclude: [String]) throws(URLFilterError) {
        self.include = try Self.compile(include)
        self.exclude = try Self.compile(exclude)
    }

    /// Whether a URL passes.
    ///
    /// - Parameter url: the URL as it is requested, without its fragment.
    package func admits(_ url: String) -> Bool {
        if let exclude, exclude.matches(url) { return false }
        return include?.matches(url) ?? true
    }

    /// Says what is wrong with an expression, in RE2's words; nil where nothing is.
    package static func mistake(in pattern: String) -> String? {
        do {
            _ = try RegularExpression(pattern)
            return nil
        } catch {
            return error.description
        }
    }

    private static func compile(_ patterns: [String]) throws(URLFilterError) -> RegularExpression? {
        for pattern in patterns {
            if let mistake = mistake(in: pattern) {
                throw URLFilterError(pattern: pattern, description: mistake)
            }
        }
        guard !patterns.isEmpty else { return nil }
        do {
            // Flags such as (?i) hold to the end of the group they stand in.
            return try RegularExpression(patterns.map { "(?:\($0))" }.joined(separator: "|"))
        } catch {
            throw URLFilterError(pattern: patterns.joined(separator: " "), description: error.description)
        }
    }
}
