package import CrawlCore

/// What one line of a `urls_from` list says.
package enum URLListLine: Sendable, Equatable {
    /// A URL as it is: curl's ranges are not expanded in lists. `input` is a JSON object with the keys behind it.
    case url(String, input: String? = nil)
    /// A JSON object with the keys of a request.
    case request(RequestTemplate)
    /// Nothing, or a comment: the line is empty or begins with `#`.
    case blank
    /// A mistake; the message says what to do about it.
    case failure(String)

    /// Reads a line of a list.
    ///
    /// - Parameter job: the job whose settings and variables apply to requests that have none of their own.
    package static func parse(
        _ line: URLListReader.Line, job: JobSpec = JobSpec(name: "")
    ) -> URLListLine {
        line.isTooLong
            ? .failure("the line is longer than 1 MiB; shorten or remove it") : parse(line.text, job: job)
    }

    /// Reads a line. White space around it, a byte order mark and a CR are dropped.
    ///
    /// What follows white space and `#` behind a URL is a note. What follows a tab is `key=value`, as in the lists of Nutch's injector,
    /// which also passes over what has no `=`.
    package static func parse(_ text: String, job: JobSpec = JobSpec(name: "")) -> URLListLine {
        var line = text[...].utf8
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        trim(&line)
        switch line.first {
        case nil, UInt8(ascii: "#"): return .blank
        case UInt8(ascii: "{"): return request(String(Substring(line)), job: job)
        default: break
        }
        var url = line[..<urlEnd(in: line)]
        let input = url.endIndex < line.endIndex ? input(in: line[url.endIndex...]) : nil
        trim(&url)
        // Most lines have nothing to drop: those are not copied.
        return .url(url.count == text.utf8.count ? text : String(Substring(url)), input: input)
    }

    /// What is kept of a line that is of no use. Of a request that is its URL alone, and `{…}` where that cannot be read, as the
    /// rest may have a secret in it.
    package static func remnant(of text: String) -> String {
        guard text.utf8.first(where: { !isSpace($0) }) == UInt8(ascii: "{") else { return text }
        guard case .text(let url, _)? = (try? JSONComposer.compose(text))?["url"]?.content else {
            return "{…}"
        }
        return url
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    private static func trim(_ line: inout Substring.UTF8View) {
        while let byte = line.first, isSpace(byte) { line.removeFirst() }
        while let byte = line.last, isSpace(byte) { line.removeLast() }
    }

    /// Where the URL of a line ends: before a tab, or before white space and `#`.
    private static func urlEnd(in line: Substring.UTF8View) -> Substring.Index {
        var last: UInt8 = 0
        var end = line.startIndex
        for index in line.indices {
            let byte = line[index]
            if byte == UInt8(ascii: "\t") { return index }
            if byte == UInt8(ascii: "#"), isSpace(last) { return end }
            (last, end) = (byte, index)
        }
        return line.endIndex
    }

    /// What follows a URL: each `key=value` behind a tab, up to a note; nil for none.
    private static func input(in text: Substring.UTF8View) -> String? {
        var entries: [DocumentNode.Entry] = []
        var places: [String: Int] = [:]
        for var part in text.split(separator: UInt8(ascii: "\t")) {
            trim(&part)
            if part.first == UInt8(ascii: "#") { break }
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = String(Substring(part[..<equals]))
            let value = String(Substring(part[part.index(after: equals)...]))
            let node = DocumentNode(content: .text(value, isQuoted: true), position: .start)
            if let place = places[key] {
                entries[place].value = node
            } else {
                places[key] = entries.count
                entries.append(DocumentNode.Entry(key: key, position: .start, value: node))
            }
        }
        return entries.isEmpty ? nil : DocumentNode(content: .mapping(entries), position: .start).json
    }

    private static func request(_ text: String, job: JobSpec) -> URLListLine {
        let source = JobSource.commandLine(name: job.name)
        do {
            var node = try JSONComposer.compose(text)
            // Keys that are no request's are kept as they are written: variables are not filled in.
            let input = RequestSchema.takeUnknown(from: &node)
            try node.fill(Variables(job.variables), path: "", source: source)
            let cursor = Cursor(node: node, path: "", source: source)
            var request = try RequestSchema.read(cursor, job: job, isPattern: false)
            request.input = input
            return .request(request)
        } catch let error as JobFileError {
            guard let path = error.keyPath, !path.isEmpty, !error.message.hasPrefix("unknown key") else {
                return .failure(error.message)
            }
            return .failure("\(path): \(error.message)")
        } catch {
            return .failure("not valid JSON; write an object such as {\"url\": \"https://example.org/\"}")
        }
    }
}
