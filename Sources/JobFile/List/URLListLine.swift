public import CrawlCore

/// What one line of a `urls_from` list says.
public enum URLListLine: Sendable, Equatable {
    /// A URL. It is not taken apart, and ranges in it mean nothing.
    case url(String)
    /// A JSON object with the keys of a request.
    case request(RequestTemplate)
    /// Nothing, or a comment: the line is empty or begins with `#`.
    case blank
    /// A mistake; the message says what to do about it.
    case failure(String)

    /// Reads a line of a list.
    ///
    /// - Parameter job: whose values and variables requests have where they have none of their own.
    public static func parse(
        _ line: URLListReader.Line, job: JobSpec = JobSpec(name: "")
    ) -> URLListLine {
        line.isTooLong
            ? .failure("the line is longer than 1 MiB; shorten or remove it") : parse(line.text, job: job)
    }

    /// Reads a line. White space around it, a byte order mark and a CR are dropped.
    public static func parse(_ text: String, job: JobSpec = JobSpec(name: "")) -> URLListLine {
        var line = text[...].utf8
        if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        while let byte = line.first, isSpace(byte) { line.removeFirst() }
        while let byte = line.last, isSpace(byte) { line.removeLast() }
        switch line.first {
        case nil, UInt8(ascii: "#"): return .blank
        case UInt8(ascii: "{"): return request(String(Substring(line)), job: job)
        // Most lines have nothing to drop: those are not copied.
        default: return .url(line.count == text.utf8.count ? text : String(Substring(line)))
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    private static func request(_ text: String, job: JobSpec) -> URLListLine {
        let source = JobSource.commandLine(name: job.name)
        do {
            var node = try JSONComposer.compose(text)
            try node.fill(Variables(job.variables), path: "", source: source)
            let cursor = Cursor(node: node, path: "", source: source)
            return .request(try RequestSchema.read(cursor, job: job, isPattern: false))
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
