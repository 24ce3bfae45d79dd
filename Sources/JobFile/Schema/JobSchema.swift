internal import CrawlCore

/// Every key of a job file that this version acts upon.
enum JobSchema {
    static let root = Schema<JobSpec>([
        Field("name") { cursor, spec throws(JobFileError) in
            spec.name = try cursor.text()
            if let problem = JobName.problem(with: spec.name) { throw cursor.failure(problem) }
        },
        Field("urls") { cursor, spec throws(JobFileError) in
            spec.urls = try urls(cursor)
        },
        Field("urls_from") { cursor, spec throws(JobFileError) in
            spec.urlsFrom = try urlSource(cursor)
        },
        .mapping("concurrency", \.concurrency, concurrency),
        .duration("delay", \.delay),
        .mapping("timeouts", \.timeouts, timeouts),
        .mapping("retry", \.retry, retry),
        .mapping("limits", \.limits, limits),
        .integer("batch_size", 1...100_000, \.batchSize),
        .mapping("request", \.request, request),
        Field("accept") { cursor, spec throws(JobFileError) in
            spec.accept = try cursor.statusSet()
        },
    ])

    private static let concurrency = Schema<JobSpec.Concurrency>([
        .integer("total", 1...10_000, \.total),
        .integer("per_host", 1...10_000, \.perHost),
    ])

    private static let timeouts = Schema<JobSpec.Timeouts>([
        .duration("connect", \.connect),
        .duration("read", \.read),
        .duration("total", \.total),
    ])

    private static let retry = Schema<RetryPolicy>([
        .integer("attempts", 1...100, \.attempts),
        .duration("delay", \.delay),
        .duration("max_delay", \.maxDelay),
        Field("on") { cursor, policy throws(JobFileError) in
            try cursor.readRetryConditions(into: &policy)
        },
    ])

    private static let limits = Schema<JobSpec.Limits>([
        .byteCount("body", \.body),
        .integer("redirects", 0...1000, \.redirects),
        .integer("url_length", 0...1_000_000, \.urlLength),
    ])

    private static let request = Schema<JobSpec.RequestDefaults>([
        Field("headers") { cursor, request throws(JobFileError) in
            request.headers = try cursor.headers()
        },
        .line("user_agent", \.userAgent),
        .line("proxy", \.proxy),
        .boolean("insecure", \.insecure),
    ])
}

extension JobSchema {
    private static func urls(_ cursor: Cursor) throws(JobFileError) -> [String] {
        let elements = try cursor.elements(example: "[\"https://example.org/\"]")
        guard !elements.isEmpty else {
            throw cursor.failure("the list is empty; write at least one URL, or remove the key")
        }
        var urls: [String] = []
        urls.reserveCapacity(elements.count)
        for element in elements {
            let url = try element.text()
            guard !url.isEmpty else { throw element.failure("the URL is empty; write one, or remove it") }
            do {
                _ = try URLPattern(url)
            } catch {
                throw element.failure(error.description)
            }
            urls.append(url)
        }
        return urls
    }

    private static func urlSource(_ cursor: Cursor) throws(JobFileError) -> JobSpec.URLSource {
        let path = try cursor.text()
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw cursor.failure("not a path; write that of a file, or - for standard input")
        }
        return path == "-" ? .standardInput : .file(cursor.source.resolve(path))
    }
}
