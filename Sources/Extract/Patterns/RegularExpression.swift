internal import CRE2

/// A regular expression, compiled once and matched on text after text, on one thread.
///
/// RE2's time is proportional to the length of the text, whatever the expression and the text are. So a hostile page
/// cannot make it take long. It has no look-around and no back-references.
final class RegularExpression {
    // Safe because only this object knows the pointer, and frees it in `deinit`.
    private let expression: OpaquePointer

    /// Compiles an expression.
    ///
    /// - Throws: What RE2 says is wrong with it.
    init(_ pattern: String) throws(Mistake) {
        var pattern = pattern
        let created = pattern.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { cre2_create($0.baseAddress, $0.count) }
        }
        guard let created else { throw Mistake(description: "no memory") }
        expression = created
        if let error = cre2_error(created) { throw Mistake(description: String(cString: error)) }
    }

    deinit { cre2_free(expression) }

    /// What is wrong with an expression.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether there is a match somewhere in a text.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { cre2_contains(expression, $0.baseAddress, $0.count) }
        }
    }

    /// Finds matches in a text, one after another.
    ///
    /// - Parameter body: Gets what the first group of a match holds, or all of the match where there is no group; nil where the
    ///   group has no part in it. Returns whether to go on.
    func matches(in text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) -> Bool) {
        let hasGroup = cre2_has_group(expression)
        var offset = 0
        while offset <= text.count {
            var match = cre2_range()
            var group = cre2_range()
            guard
                cre2_match(
                    expression, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, offset,
                    &match,
                    &group)
            else { return }
            let part = hasGroup ? group : match
            guard body(part.start < 0 ? nil : UnsafeRawBufferPointer(rebasing: text[part.start..<part.end]))
            else {
                return
            }
            // After an empty match the search goes on at the next character.
            offset = match.end
            if match.end == match.start {
                repeat { offset += 1 } while offset < text.count && text[offset] & 0xC0 == 0x80
            }
        }
    }
}
