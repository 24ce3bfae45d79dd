internal import CrawlCore

/// Every key of a job file that this version knows.
enum JobSchema {
    static let root = Schema<JobSpec>(
        [
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
            Field("sitemaps") { cursor, spec throws(JobFileError) in
                spec.sitemaps = try FollowSchema.sitemaps(cursor)
            },
            Field("newer_than") { cursor, spec throws(JobFileError) in
                spec.newerThan = try FollowSchema.dateLimit(cursor)
            },
            Field("follow", children: FollowSchema.follow.fields.map(\.name)) {
                cursor, spec throws(JobFileError) in
                var rules = JobSpec.Follow()
                try FollowSchema.follow.read(cursor, into: &rules)
                spec.follow = rules
            },
            .mapping("normalize", \.normalize, FollowSchema.normalize),
            .boolean("keep_skipped", \.keepsSkipped),
            Field("requests") { cursor, spec throws(JobFileError) in
                spec.requests = try requests(cursor, spec)
            },
            variables,
            .mapping("concurrency", \.concurrency, concurrency),
            Field("delay") { cursor, spec throws(JobFileError) in
                (spec.delay, spec.delaySpread) = try DelayRange.read(cursor)
            },
            Field("rate", children: rate.fields.map(\.name)) { cursor, spec throws(JobFileError) in
                if case .mapping = cursor.node.content {
                    try rate.read(cursor, into: &spec.rate)
                } else {
                    spec.rate.perHost = try StartRate.read(cursor)
                }
            },
            .boolean("batch_barrier", \.hasBatchBarrier),
            Field("robots") { cursor, spec throws(JobFileError) in
                let word = try cursor.word()
                guard let policy = word.flatMap(JobSpec.RobotsPolicy.init(rawValue:)) else {
                    throw cursor.failure("robots is obey or ignore")
                }
                spec.robots = policy
            },
            Field("allow_private") { cursor, spec throws(JobFileError) in
                spec.allowPrivate = try hostNames(cursor)
            },
            .mapping("timeouts", \.timeouts, timeouts),
            .mapping("retry", \.retry, retry),
            .mapping("limits", \.limits, limits),
            .integer("batch_size", 1...100_000, \.batchSize),
            .mapping("request", \.request, request),
            Field("extract") { cursor, spec throws(JobFileError) in
                spec.extract = try ExtractionSchema.fields(cursor)
            },
            .boolean("metadata", \.metadata),
            Field("keep_body") { cursor, spec throws(JobFileError) in
                guard let kept = try cursor.word().flatMap(JobSpec.KeptBodies.init(rawValue:)) else {
                    throw cursor.failure("keep_body is none, text or all")
                }
                spec.keepBody = kept
            },
            Field("schedule") { cursor, spec throws(JobFileError) in
                try ScheduleSchema.readCron(cursor, into: &spec.schedule)
            },
            Field("timezone") { cursor, spec throws(JobFileError) in
                spec.schedule.timeZone = try ScheduleSchema.timeZone(cursor)
            },
            Field("missed") { cursor, spec throws(JobFileError) in
                spec.schedule.missed = try cursor.choice()
            },
            .duration("jitter", \.schedule.jitter),
            .integer("keep_runs", 0...1_000_000, \.keepRuns),
            Field("accept") { cursor, spec throws(JobFileError) in
                spec.accept = try StatusSchema.set(cursor)
            },
            Field("on_finish", children: FinishSchema.onFinish.fields.map(\.name)) {
                cursor, spec throws(JobFileError) in
                spec.onFinish = try FinishSchema.read(cursor)
            },
            Field("accept_types") { cursor, spec throws(JobFileError) in
                spec.acceptTypes = try acceptedTypes(cursor)
            },
        ], foreign: ForeignKey.ofJob)

    private static let concurrency = Schema<JobSpec.Concurrency>(
        [
            .integer("total", 1...10_000, \.total),
            .integer("per_host", 1...10_000, \.perHost),
        ], foreign: ForeignKey.ofConcurrency)

    private static let rate = Schema<JobSpec.Rate>([
        Field("per_host") { cursor, rate throws(JobFileError) in rate.perHost = try StartRate.read(cursor) },
        Field("total") { cursor, rate throws(JobFileError) in rate.total = try StartRate.read(cursor) },
    ])

    static let variables = Field<JobSpec>("vars") { cursor, spec throws(JobFileError) in
        spec.variables = try variables(cursor)
    }

    static let timeouts = Schema<JobSpec.Timeouts>(
        [
            .duration("connect", \.connect),
            .duration("read", \.read),
            .duration("total", \.total),
        ], foreign: ForeignKey.ofTimeouts)

    static let retry = Schema<RetryPolicy>(
        [
            .integer("attempts", 1...100, \.attempts),
            .duration("delay", \.delay),
            .duration("max_delay", \.maxDelay),
            Field("max_wait") { cursor, policy throws(JobFileError) in
                policy.maxWait = try cursor.duration()
            },
            .boolean("unsafe", \.unsafe),
            Field("on") { cursor, policy throws(JobFileError) in
                try StatusSchema.readRetryConditions(cursor, into: &policy)
            },
        ], foreign: ForeignKey.ofRetry)

    private static let limits = Schema<JobSpec.Limits>([
        .byteCount("body", \.body),
        .integer("redirects", 0...1000, \.redirects),
        .integer("url_length", 0...1_000_000, \.urlLength),
        .integer("pages", 0...Int.max, \.pages),
        .duration("time", \.time),
        .byteCount("bytes", \.bytes),
        .integer("pages_per_host", 0...Int.max, \.pagesPerHost),
        .mapping("trap", \.trap, FollowSchema.trap),
    ])

    private static let request = Schema<JobSpec.RequestDefaults>([
        Field("headers") { cursor, request throws(JobFileError) in
            request.headers = try HeaderSchema.fields(cursor)
        },
        .line("user_agent", \.userAgent),
        .line("proxy", \.proxy),
        Field("cookies", children: CookieSetting.file.fields.map(\.name)) {
            cursor, request throws(JobFileError) in
            try CookieSetting.read(cursor, into: &request)
        },
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
            let url = try element.template()
            guard !url.isEmpty else { throw element.failure("the URL is empty; write one, or remove it") }
            do {
                _ = try URLPattern(url)
            } catch {
                throw element.failure(error.description)
            }
            guard (try? TextTemplate(url))?.references.contains(where: \.isSecret) != true else {
                throw element.failure("the URL refers to a secret; write it among requests")
            }
            urls.append(url)
        }
        return urls
    }

    /// Named API calls. The job's settings that stand above them apply where they have none of their own.
    static func requests(_ cursor: Cursor, _ spec: JobSpec) throws(JobFileError) -> [RequestTemplate] {
        let elements = try cursor.elements(example: "[{name: user, url: https://example.org/}]")
        guard !elements.isEmpty else {
            throw cursor.failure("the list is empty; write at least one request, or remove the key")
        }
        var requests: [RequestTemplate] = []
        requests.reserveCapacity(elements.count)
        for element in elements {
            requests.append(try RequestSchema.read(element, job: spec, isPattern: true))
        }
        return requests
    }

    private static func variables(_ cursor: Cursor) throws(JobFileError) -> [String: JobSpec.Variable] {
        var variables: [String: JobSpec.Variable] = [:]
        for entry in try cursor.entries() {
            let child = cursor.child(entry)
            guard TextReference.isName(entry.key) else {
                throw child.failure("a variable's name is of letters, digits and underscores; write another")
            }
            switch child.node.content {
            case .number(let digits): variables[entry.key] = .literal(digits)
            case .boolean(let value): variables[entry.key] = .literal("\(value)")
            default: variables[entry.key] = .text(try child.text())
            }
        }
        return variables
    }

    /// Names or addresses of hosts, as URLs have them.
    private static func hostNames(_ cursor: Cursor) throws(JobFileError) -> [String] {
        var names: [String] = []
        for element in try cursor.elements(example: "[intranet.example, 10.0.0.7]") {
            let text = try element.text()
            guard !text.contains("/"), let url = try? WebURL(parsing: "http://\(text)/"), let name = url.host,
                !name.isEmpty, url.port == nil
            else {
                throw element.failure(
                    "not the name or address of a host; write it as in a URL, without scheme or path")
            }
            names.append(name)
        }
        return names
    }

    /// Types of bodies, in which `*` stands for any text.
    private static func acceptedTypes(_ cursor: Cursor) throws(JobFileError) -> AcceptedTypes {
        let elements = try cursor.elements(example: "[text/html, image/*]")
        guard !elements.isEmpty else { throw cursor.failure("the list is empty; write at least one type") }
        var names: [String] = []
        for element in elements {
            let name = try element.text()
            guard AcceptedTypes.isType(name) else {
                throw element.failure("\"\(name)\" is not a type; write one such as text/html or image/*")
            }
            names.append(name)
        }
        return AcceptedTypes(names)
    }

    private static func urlSource(_ cursor: Cursor) throws(JobFileError) -> JobSpec.URLSource {
        let path = try cursor.text()
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw cursor.failure("not a path; write that of a file, or - for standard input")
        }
        return path == "-" ? .standardInput : .file(cursor.source.resolve(path))
    }
}
