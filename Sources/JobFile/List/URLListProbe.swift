internal import Glibc

/// Tells a list of URLs from a job file by how a text begins.
package enum URLListProbe {
    /// What a text is.
    package enum Kind: Sendable, Equatable {
        /// A mapping of YAML or JSON.
        case jobFile
        /// URLs, or requests as JSON objects with a `url`, one a line; or nothing but comments.
        case list
        /// The first line that belongs to neither, numbered from 1.
        case neither(line: Int, text: String)
    }

    /// How much of a text is looked at, in bytes.
    package static let limit = 64 << 10

    /// What a text is that begins like this.
    ///
    /// - Parameter isComplete: whether nothing follows that is to be looked at.
    /// - Returns: nil where that shows only in what follows.
    package static func kind(of head: [UInt8], isComplete: Bool) -> Kind? {
        // A job file is UTF-8.
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return .list }
        var lines = head.split(omittingEmptySubsequences: false) { $0 == 10 || $0 == 13 }
        if !isComplete { lines.removeLast() }
        var odd: (line: Int, text: String)?
        var number = 1
        for (index, bytes) in lines.enumerated() {
            let line = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
            let text = String(decoding: line, as: UTF8.self)
            if let kind = kind(ofLine: text[...]) { return kind }
            if odd == nil, !isBlank(text) { odd = (number, text) }
            // CR LF ends one line.
            let isCRLF = bytes.endIndex + 1 < head.count && head[bytes.endIndex...].starts(with: [13, 10])
            if !isCRLF, index + 1 < lines.count { number += 1 }
        }
        guard isComplete || head.count >= limit else { return nil }
        return odd.map { .neither(line: $0.line, text: $0.text) } ?? .list
    }

    /// What the file is that lies at a path.
    ///
    /// Only a file on disk is looked into: what a pipe holds can be read once.
    ///
    /// - Returns: ``Kind/jobFile`` for anything else, and where it cannot be read, so that reading it as one says why.
    package static func kind(ofFile path: String) -> Kind {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            let input = try? InputDescriptor(opening: path)
        else { return .jobFile }
        var head = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit, let more = try? input.read(into: &head, from: count), more > 0 { count += more }
        return kind(of: Array(head[..<count]), isComplete: true) ?? .jobFile
    }

    private static func isBlank(_ line: String) -> Bool {
        line.allSatisfy(\.isWhitespace) || line.first { !$0.isWhitespace } == "#"
    }

    private static func kind(ofLine line: Substring) -> Kind? {
        let text = line.drop(while: \.isWhitespace)
        if text.hasPrefix("{") {
            // One object a line is a request; a job has its `url` elsewhere.
            let object = try? JSONComposer.compose(String(text))
            return object?["url"] == nil ? .jobFile : .list
        }
        if text.hasPrefix("---") || text.hasPrefix("%YAML") { return .jobFile }
        let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        if scheme.first?.isLetter == true, text.dropFirst(scheme.count).hasPrefix("://") { return .list }
        let key = text.prefix { $0.isLetter || $0.isNumber || "_-\"'".contains($0) }
        let rest = text.dropFirst(key.count)
        let isKey = !key.isEmpty && rest.first == ":" && rest.dropFirst().first?.isWhitespace != false
        return isKey ? .jobFile : nil
    }
}
