internal import CrawlCore
internal import CrawlEngine
internal import Glibc

/// Writes result rows in one of the formats, row by row.
struct RowWriter {
    private let format: RowFormat
    private let descriptor: Int32
    private let palette: Palette
    private let withBodies: Bool
    private var rows = 0

    /// - Parameters:
    ///   - descriptor: where rows go; it is not closed.
    ///   - palette: for tables.
    ///   - withBodies: whether a row's last member is the body of its page. Tables have none.
    init(_ format: RowFormat, to descriptor: Int32, palette: Palette, withBodies: Bool = false) {
        self.withBodies = withBodies
        self.format = format
        self.descriptor = descriptor
        self.palette = palette
    }

    /// Writes what comes before the first row.
    func begin() throws {
        switch format {
        case .table: try put(palette.bold("status     bytes      time  title / error") + "\n")
        case .csv:
            let fields = RowWriter.fields + (withBodies ? ["body"] : [])
            try put(fields.joined(separator: ",") + "\r\n")
        case .json: try put("[")
        case .ndjson: break
        }
    }

    mutating func write(_ row: ResultRow) throws {
        switch format {
        case .table: try put(table(row))
        case .ndjson: try put(json(row) + "\n")
        case .csv: try put(csv(row))
        case .json: try put((rows == 0 ? "\n" : ",\n") + json(row))
        }
        rows += 1
    }

    /// Writes what comes after the last row.
    func end() throws {
        if format == .json { try put(rows == 0 ? "]\n" : "\n]\n") }
    }

    private func put(_ text: String) throws {
        try Terminal.put(text, to: descriptor)
    }

    private func table(_ row: ResultRow) -> String {
        let status =
            switch row.state {
            case .done: palette.green(pad(row.statusCode.map(String.init) ?? "", 6))
            case .failed: palette.red(pad(row.statusCode.map(String.init) ?? "failed", 6))
            case .skipped: palette.yellow(pad("skip", 6))
            case .pending, .sending: pad("-", 6)
            }
        let bytes = padLeft(row.contentLength.map(Wording.count) ?? "", 10)
        let time = padLeft(row.timeTotalMilliseconds.map { Wording.time(milliseconds: $0) } ?? "", 8)
        let error = [row.errorKind ?? row.skipReason, row.error].compactMap { $0 }.joined(separator: ": ")
        let words = row.state == .done ? row.title ?? row.error ?? "" : error
        var lines = "\(status)\(bytes)  \(time)  \(Terminal.sanitized(words))\n"
        lines += "        \(palette.dim(Terminal.sanitized(row.url)))\n"
        if let input = row.input { lines += "        \(palette.dim(Terminal.sanitized(input)))\n" }
        if let extracted = row.extracted { lines += "        \(Terminal.sanitized(extracted))\n" }
        return lines
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The members of a row, in order. All formats with names have the same.
    static let fields = [
        "name", "url", "final_url", "state", "status_code", "content_length", "size_download", "title",
        "content_type", "charset", "canonical_url", "lang", "description", "robots", "link_count",
        "extracted",
        "num_redirects", "attempts", "error_kind", "error", "skip_reason", "line", "remote_ip",
        "http_version", "time_total_ms", "fetched_at", "depth", "kind", "not_modified", "content_digest",
        "batch_id", "input",
    ]

    private func json(_ row: ResultRow) -> String {
        var line = JSONLine()
        line.add("name", row.name)
        line.add("url", row.url)
        line.add("final_url", row.finalURL)
        line.add("state", row.state.rawValue)
        line.add("status_code", row.statusCode)
        line.add("content_length", row.contentLength)
        line.add("size_download", row.sizeDownload)
        line.add("title", row.title)
        line.add("content_type", row.contentType)
        line.add("charset", row.charset)
        line.add("canonical_url", row.canonicalURL)
        line.add("lang", row.language)
        line.add("description", row.pageDescription)
        line.add("robots", row.robots)
        line.add("link_count", row.linkCount)
        line.add("extracted", json: row.extracted ?? "null")
        line.add("num_redirects", row.numRedirects)
        line.add("attempts", row.attempts)
        line.add("error_kind", row.errorKind)
        line.add("error", row.error)
        line.add("skip_reason", row.skipReason)
        line.add("line", row.line)
        line.add("remote_ip", row.remoteIP)
        line.add("http_version", row.httpVersion)
        line.add("time_total_ms", row.timeTotalMilliseconds)
        line.add("fetched_at", row.fetchedAt.map { Wording.instant(milliseconds: $0) })
        line.add("depth", row.depth)
        line.add("kind", row.kind.rawValue)
        line.add("not_modified", json: row.isNotModified ? "true" : "false")
        line.add("content_digest", row.contentDigest)
        line.add("batch_id", row.batchID)
        line.add("input", json: row.input ?? "null")
        if withBodies { line.add(row.body) }
        return line.line
    }

    private func csv(_ row: ResultRow) -> String {
        var values: [String?] = [
            row.name, row.url, row.finalURL, row.state.rawValue, row.statusCode.map(String.init),
            row.contentLength.map(String.init), row.sizeDownload.map(String.init), row.title, row.contentType,
            row.charset, row.canonicalURL, row.language, row.pageDescription, row.robots,
            row.linkCount.map(String.init), row.extracted, row.numRedirects.map(String.init),
            String(row.attempts), row.errorKind, row.error,
            row.skipReason, row.line.map(String.init), row.remoteIP, row.httpVersion,
            row.timeTotalMilliseconds.map(String.init),
            row.fetchedAt.map { Wording.instant(milliseconds: $0) }, String(row.depth), row.kind.rawValue,
            row.isNotModified ? "true" : "false", row.contentDigest, row.batchID.map(String.init),
            row.input,
        ]
        if withBodies { values.append(row.body.flatMap { String(validating: $0.bytes, as: UTF8.self) }) }
        return values.map { RowWriter.csvField($0 ?? "") }.joined(separator: ",") + "\r\n"
    }

    /// A field in the form of RFC 4180. A value that a spreadsheet would take for a formula gets an apostrophe before it
    /// (OWASP, "CSV Injection").
    static func csvField(_ value: String) -> String {
        let isFormula = value.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let text = isFormula ? "'" + value : value
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
            return text
        }
        // By scalars: as Characters, a quote with a combining mark after it is one character and not a quote.
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
