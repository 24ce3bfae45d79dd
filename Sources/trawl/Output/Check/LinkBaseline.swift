internal import Foundation
internal import TrawlStore

/// A file of links that are known to be broken: one a line, as `FROM TO`, or as `TO` for those of all pages.
///
/// A line that begins with `#` is a comment. White space and control characters of a URL, as in one that is malformed, are
/// percent-encoded.
struct LinkBaseline {
    private var lines: Set<String> = []

    /// Nothing is known.
    init() {}

    /// Reads a file.
    ///
    /// - Throws: `CommandFailure` where it cannot be read, or a line is neither.
    init(file: String) throws {
        let text: String
        do {
            text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
        } catch {
            throw CommandFailure(.usage, "\(file): cannot be read: \(error.localizedDescription)")
        }
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let parts = line.split { $0 == " " || $0 == "\t" }
            guard let first = parts.first, first.first != "#" else { continue }
            guard parts.count <= 2 else {
                throw CommandFailure(
                    .usage,
                    "\(file):\(number + 1): one link a line: the page and the URL that it leads to, or the URL alone"
                )
            }
            lines.insert(parts.joined(separator: " "))
        }
    }

    /// Whether a link is known.
    func contains(_ link: LinkRow) -> Bool {
        guard !lines.isEmpty else { return false }
        return lines.contains(Self.line(link)) || lines.contains(Self.encoded(link.target))
    }

    /// A link as a line of the file, without the line's end.
    static func line(_ link: LinkRow) -> String {
        link.from.isEmpty ? encoded(link.target) : "\(encoded(link.from)) \(encoded(link.target))"
    }

    private static func encoded(_ url: String) -> String {
        guard url.unicodeScalars.contains(where: isSpecial) else { return url }
        var text = ""
        for scalar in url.unicodeScalars {
            if isSpecial(scalar) {
                for byte in String(scalar).utf8 { text += String(format: "%%%02X", byte) }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x21 || scalar.value == 0x7f || scalar.properties.isWhitespace
    }
}
