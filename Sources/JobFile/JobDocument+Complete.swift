internal import CrawlCore

extension JobDocument {
    /// The job as a job file that says every setting, also those that were left to their defaults.
    ///
    /// Read again, it gives the same ``spec``. What has no default but "none" is there only where the job has it.
    ///
    /// - Parameter urlLimit: how many URLs and requests are written; what is left out is said in a comment.
    package func complete(urlLimit: Int = .max) -> String {
        let written = try? JSONComposer.compose(json)
        var text = CompleteText()
        text.add("name", spec.name.quoted)
        for key in ["urls", "requests"] {
            guard case .list(let elements)? = written?[key]?.content else { continue }
            text.add(key, "")
            text.lines += elements.prefix(urlLimit).map { "  - \($0.json)" }
            if elements.count > urlLimit { text.lines.append("  # and \(elements.count - urlLimit) more") }
        }
        for key in [
            "urls_from", "sitemaps", "newer_than", "vars", "rate", "extract", "allow_private", "accept_types",
        ] {
            if let value = written?[key] { text.add(key, value.json) }
        }
        if let follow = spec.follow { text.add("follow", follow.pairs) }
        if spec.normalize != JobSpec.Normalize() {
            text.add(
                "normalize",
                [("sort_query", "\(spec.normalize.sortsQuery)"), ("drop", spec.normalize.drop.flow)])
        }
        addPace(to: &text)
        addRequest(to: &text)
        if spec.schedule.cron != nil {
            text.add("schedule", spec.schedule.text.quoted)
            if let zone = spec.schedule.timeZone { text.add("timezone", zone.quoted) }
            text.add("missed", spec.schedule.missed.rawValue)
            text.add("jitter", spec.schedule.jitter.jobFileText)
        }
        text.add("keep_runs", "\(spec.keepRuns)")
        if let onFinish = written?["on_finish"] { text.add("on_finish", onFinish.json) }
        return text.lines.joined(separator: "\n") + "\n"
    }

    private func addPace(to text: inout CompleteText) {
        let (timeouts, retry, limits) = (spec.timeouts, spec.retry, spec.limits)
        text.add(
            "concurrency",
            [("total", "\(spec.concurrency.total)"), ("per_host", "\(spec.concurrency.perHost)")])
        text.add("delay", spec.delay.jobFileText(andUpTo: spec.delaySpread))
        text.add("robots", spec.robots.rawValue)
        text.add("batch_size", "\(spec.batchSize)")
        text.add("batch_barrier", "\(spec.hasBatchBarrier)")
        text.add(
            "timeouts",
            [
                ("connect", timeouts.connect.jobFileText), ("read", timeouts.read.jobFileText),
                ("total", timeouts.total.jobFileText),
            ])
        let maxWait = retry.maxWait.map { [("max_wait", $0.jobFileText)] } ?? []
        let conditions = retry.statuses.ranges + (retry.transport ? ["transport"] : [])
        text.add(
            "retry",
            [
                ("attempts", "\(retry.attempts)"), ("delay", retry.delay.jobFileText),
                ("max_delay", retry.maxDelay.jobFileText), ("unsafe", "\(retry.unsafe)"),
                ("on", "[\(conditions.joined(separator: ", "))]"),
            ] + maxWait)
        text.add(
            "limits",
            [
                ("body", limits.body.byteText), ("redirects", "\(limits.redirects)"),
                ("url_length", "\(limits.urlLength)"), ("pages", "\(limits.pages)"),
                ("time", limits.time.jobFileText), ("bytes", limits.bytes.byteText),
                ("pages_per_host", "\(limits.pagesPerHost)"), ("trap", CompleteText.flow(limits.trap.pairs)),
            ])
    }

    private func addRequest(to text: inout CompleteText) {
        let request = spec.request
        var pairs: [(String, String)] = []
        if let agent = request.userAgent { pairs.append(("user_agent", agent.quoted)) }
        if let proxy = request.proxy { pairs.append(("proxy", proxy.quoted)) }
        if !request.headers.isEmpty {
            pairs.append(
                ("headers", CompleteText.flow(request.headers.map { ($0.name.quoted, $0.value.quoted) })))
        }
        let file = request.cookieFile.map {
            CompleteText.flow([("file", $0.path.quoted), ("save", "\($0.isSaved)")])
        }
        pairs.append(("cookies", file ?? (request.keepsCookies ? "keep" : "ignore")))
        pairs.append(("insecure", "\(request.insecure)"))
        text.add("request", pairs)
        text.add("accept", "[\(spec.accept.ranges.joined(separator: ", "))]")
        text.add("metadata", "\(spec.metadata)")
        text.add("keep_body", spec.keepBody.rawValue)
        text.add("keep_skipped", "\(spec.keepsSkipped)")
    }
}

/// Lines of a job file, a key of the top level each.
private struct CompleteText {
    var lines: [String] = []

    mutating func add(_ key: String, _ value: String) {
        lines.append(value.isEmpty ? "\(key):" : "\(key): \(value)")
    }

    mutating func add(_ key: String, _ pairs: [(String, String)]) { add(key, Self.flow(pairs)) }

    static func flow(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
    }
}

extension JobSpec.Follow {
    fileprivate var pairs: [(String, String)] {
        var pairs: [(String, String)] = []
        if let depth { pairs.append(("depth", "\(depth)")) }
        pairs.append(("scope", scope.rawValue))
        if !include.isEmpty { pairs.append(("include", include.flow)) }
        if !exclude.isEmpty { pairs.append(("exclude", exclude.flow)) }
        pairs.append(("nofollow", nofollow.rawValue))
        pairs.append(("links", "[\(links.map(\.rawValue).sorted().joined(separator: ", "))]"))
        pairs.append(("sitemaps", "\(sitemaps)"))
        return pairs
    }
}

extension JobSpec.TrapLimits {
    fileprivate var pairs: [(String, String)] {
        [
            ("hops", "\(hops)"), ("segments", "\(segments)"), ("repeats", "\(repeats)"),
            ("sessions", "\(sessions)"), ("dates", "\(dates)"), ("deep", "\(deep)"),
        ]
    }
}

extension StatusSet {
    /// The ranges of the set as job files write them.
    fileprivate var ranges: [String] {
        var ranges: [String] = []
        var first: Int?
        for status in 100...600 {
            if status < 600, contains(status) {
                if first == nil { first = status }
            } else if let start = first {
                ranges.append(start == status - 1 ? "\(start)" : "\"\(start)-\(status - 1)\"")
                first = nil
            }
        }
        return ranges
    }
}

extension Duration {
    /// The duration as job files write it, with the bound above it where there is one: `1s..3s`.
    fileprivate func jobFileText(andUpTo spread: Duration) -> String {
        spread > .zero ? "\(jobFileText)..\((self + spread).jobFileText)" : jobFileText
    }

    /// The duration as job files write it, in the largest unit of which it is at least two.
    fileprivate var jobFileText: String {
        let milliseconds = wholeMilliseconds
        for (unit, name) in [(3_600_000 as Int64, "h"), (60_000, "m")]
        where milliseconds >= 2 * unit && milliseconds % unit == 0 {
            return "\(milliseconds / unit)\(name)"
        }
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension Int64 {
    /// The number of bytes as job files write it.
    fileprivate var byteText: String {
        for (shift, name) in [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        where self > 0 && self % (1 << shift) == 0 {
            return "\(self >> shift)\(name)"
        }
        return "\(self)"
    }
}

extension String {
    fileprivate var quoted: String {
        DocumentNode(content: .text(self, isQuoted: true), position: .start).json
    }
}

extension [String] {
    fileprivate var flow: String { "[" + map(\.quoted).joined(separator: ", ") + "]" }
}
