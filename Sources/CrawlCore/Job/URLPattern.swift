/// A URL with curl's ranges and lists in it: `https://example.org/{a,b}/page[001-100:3]`.
///
/// The pattern is a collection of the URLs that it stands for, each made when it is asked for, so that
/// `[1-100000000]` costs no more memory than `[1-2]`. The order is curl's: the last range varies fastest.
///
/// The rules are those of curl 7.88's tool_urlglob.c:
/// - `[1-50]`, `[001-100:3]`: numbers, with an optional step; where the first begins with 0 it gives the
///   width that all are padded to.
/// - `[a-z]`, `[A-Z:2]`: letters of one case (curl also lets a range run from `Z` to `a`).
/// - `{a,b,}`: a list; an element may be empty, the list may not. A backslash escapes the next character.
/// - `\[`, `\]`, `\{`, `\}` outside a list: the character itself. Any other backslash stands for itself.
/// - `[::1]`, an IPv6 address, and `[]`, as in PHP's query strings, stand for themselves.
package struct URLPattern: Sendable, Equatable {
    /// One piece of the pattern.
    enum Part: Sendable, Equatable {
        case literal(String)
        case list([String])
        case numbers(first: UInt64, step: UInt64, count: Int, width: Int)
        case letters(first: UInt8, step: Int, count: Int)
    }

    let parts: [Part]

    /// How many URLs the pattern stands for, at least 1.
    package let count: Int

    /// The pieces in order; `count` is the product of theirs.
    init(parts: [Part], count: Int) {
        self.parts = parts
        self.count = count
    }
}

extension URLPattern: RandomAccessCollection {
    /// Always 0.
    package var startIndex: Int { 0 }

    /// The number of URLs.
    package var endIndex: Int { count }

    /// The URL at a position, made on the spot in time proportional to its length.
    ///
    /// - Precondition: the position lies within `0 ..< count`.
    package subscript(position: Int) -> String {
        precondition(position >= 0 && position < count, "the position lies outside the pattern")
        if parts.count == 1, case .literal(let text) = parts[0] { return text }

        // The last part is the lowest digit of a number whose digits have different bases.
        var choices = [Int](repeating: 0, count: parts.count)
        var rest = position
        for index in parts.indices.reversed() {
            (rest, choices[index]) = rest.quotientAndRemainder(dividingBy: parts[index].count)
        }
        var url = ""
        for (part, choice) in zip(parts, choices) { part.append(choice, to: &url) }
        return url
    }
}

extension URLPattern.Part {
    /// How many texts the part stands for.
    var count: Int {
        switch self {
        case .literal: 1
        case .list(let elements): elements.count
        case .numbers(_, _, let count, _), .letters(_, _, let count): count
        }
    }

    /// Appends the text of one choice.
    func append(_ choice: Int, to url: inout String) {
        switch self {
        case .literal(let text):
            url += text
        case .list(let elements):
            url += elements[choice]
        case .numbers(let first, let step, _, let width):
            let digits = String(first + UInt64(choice) * step)
            url += String(repeating: "0", count: max(0, width - digits.utf8.count))
            url += digits
        case .letters(let first, let step, _):
            url.unicodeScalars.append(Unicode.Scalar(first + UInt8(choice * step)))
        }
    }
}
