internal import CrawlCore

/// Every key of a job file that this version knows.
enum JobSchema {
    static let root = Schema<JobSpec>(
        source + pace + kept + schedule,
        rules: [
            .anyOf(["urls", "urls_from", "sitemaps", "requests"]),
            .needs(ScheduleSchema.dependentKeys, "schedule"),
        ], foreign: ForeignKey.ofJob)

    /// What is fetched.
    private static let source: [Field<JobSpec>] = [
        Field(
            "name", JobName.type, "what the job is called in the database and on the command line",
            example: "docs", written: { $0.name.isEmpty ? nil : .text($0.name) }
        ) { cursor, spec throws(JobFileError) in
            spec.name = try cursor.text()
            if let problem = JobName.problem(with: spec.name) { throw cursor.failure(problem) }
        },
        Field(
            "urls", .list(of: .url, atLeast: 1),
            #"what is fetched, with curl's ranges: `[1-50]`, `[001-100:3]`, `[a-z]`, `{a,b}`; `\[` for the character itself"#,
            example: ["https://example.org/", "https://example.org/list?page=[1-50]"]
        ) { cursor, spec throws(JobFileError) in
            spec.urls = try urls(cursor)
        },
        Field(
            "urls_from", .someText,
            "a list, one URL or JSON object a line, relative to the job file; `-` is standard input",
            example: "urls.txt"
        ) { cursor, spec throws(JobFileError) in
            spec.urlsFrom = try urlSource(cursor)
        },
        .texts(
            "sitemaps", .list(of: .url, atLeast: 1), \.sitemaps,
            "sitemaps and feeds whose entries are pages of the job",
            example: ["https://example.org/sitemap.xml"], FollowSchema.sitemaps),
        Field(
            "newer_than", .someText,
            "an age or a date; entries of sitemaps and feeds that were last changed before it are `skipped` as `not_newer`",
            example: "7d"
        ) { cursor, spec throws(JobFileError) in
            spec.newerThan = try FollowSchema.dateLimit(cursor)
        },
        Field(
            "follow", FollowSchema.follow.type(defaults: JobSpec.Follow()),
            "which links are followed; without it none are, and `{}` takes the whole host",
            children: FollowSchema.follow.fields.map(\.name),
            written: { $0.follow.map(FollowSchema.follow.written) }
        ) { cursor, spec throws(JobFileError) in
            var rules = JobSpec.Follow()
            try FollowSchema.follow.read(cursor, into: &rules)
            spec.follow = rules
        },
        Field(
            "check", ValueType.boolean.or(FollowSchema.check.type(defaults: JobSpec.Check())),
            "what is asked for once to see whether it is there, beside the pages that are followed; `true` is all of the next three",
            children: FollowSchema.check.fields.map(\.name),
            written: { $0.check.map(FollowSchema.check.written) }
        ) { cursor, spec throws(JobFileError) in
            try FollowSchema.readCheck(cursor, into: &spec)
        },
        Field(
            "links", .words(["keep"]),
            "every link of a page is a row of the view `links`; `check` implies it",
            written: { $0.keepsLinks ? .word("keep") : nil }
        ) { cursor, spec throws(JobFileError) in
            guard try cursor.word() == "keep" else {
                throw cursor.failure("links is keep, or left out; check: true checks them as well")
            }
            spec.keepsLinks = true
        },
        .mapping(
            "normalize", \.normalize, FollowSchema.normalize, "what is done to URLs before they are compared"),
        .boolean(
            "keep_skipped", \.keepsSkipped,
            "a row for each link that is not followed, not only a count in `skipped_links`"),
        Field(
            "requests", .list(of: RequestSchema.type, atLeast: 1), "API calls",
            example: [["name": "user", "url": "https://example.org/user"]]
        ) { cursor, spec throws(JobFileError) in
            spec.requests = try requests(cursor, spec)
        },
        variables,
    ]

    /// How fast, and within which limits.
    private static let pace: [Field<JobSpec>] = [
        .mapping("concurrency", \.concurrency, concurrency, "how many requests may be open at once"),
        Field(
            "delay", .durationRange,
            "least time between two starts to one host; 500ms where `follow` is given; of two durations with `..` between them, a random time within these bounds, anew for each start",
            example: "1s..3s", written: { .word(DelayRange.written($0.delay, $0.delaySpread)) }
        ) { cursor, spec throws(JobFileError) in
            (spec.delay, spec.delaySpread) = try DelayRange.read(cursor)
        },
        Field(
            "rate", ValueType.rate.or(StartRate.schema.type(defaults: nil)),
            "how often requests may start at each host; or a mapping of `per_host`, `burst` and `total`",
            children: StartRate.schema.fields.map(\.name)
        ) { cursor, spec throws(JobFileError) in
            if case .mapping = cursor.node.content {
                spec.rate = try StartRate.readAll(cursor)
            } else {
                spec.rate.perHost = try StartRate.read(cursor)
            }
        },
        .boolean("batch_barrier", \.hasBatchBarrier, "begin a batch when the one before is done"),
        .choice("robots", \.robots, "whether robots.txt is obeyed; `ignore` where `requests` is given"),
        .texts(
            "allow_private", .list(of: hostName), \.allowPrivate,
            "hosts at private addresses that redirects and links may lead to, beside those of the job's own URLs",
            example: ["intranet.example", "10.0.0.7"], hostNames),
        .mapping("timeouts", \.timeouts, timeouts, "how long each part of a request may take"),
        .mapping("retry", \.retry, retry, "which failures are tried again, how often and when"),
        .mapping("limits", \.limits, limits, "the limits of a page, and of the crawl"),
        .integer("batch_size", 1...100_000, \.batchSize, "pages that are claimed and reported as one batch"),
    ]

    /// What is sent, and what is kept.
    private static let kept: [Field<JobSpec>] = [
        .mapping("request", \.request, request, "what is sent with every request"),
        Field(
            "extract", ExtractionSchema.type, "values from each page, by name",
            example: ["h1": ["xpath": "//h1"]]
        ) { cursor, spec throws(JobFileError) in
            spec.extract = try ExtractionSchema.fields(cursor)
        },
        .boolean(
            "metadata", \.metadata,
            "read pages to their end for `canonical_url`, `lang`, `description`, `robots` and `link_count`; `extract` does so anyway"
        ),
        .choice(
            "keep_body", \.keepBody,
            "bodies in the table `bodies`; `text` is HTML, XML, JSON and other text, and the default where `requests` is given"
        ),
        .integer(
            "keep_runs", 0...1_000_000, \.keepRuns, "finished runs of the job that are kept; 0 keeps all"),
        Field(
            "accept", StatusSchema.type,
            "statuses that make a page `done`; any other makes it `failed` as `http_status`",
            written: { StatusSchema.written($0.accept) }
        ) { cursor, spec throws(JobFileError) in
            spec.accept = try StatusSchema.set(cursor)
        },
        Field(
            "accept_types", .list(of: .someText, atLeast: 1),
            "pages of another `Content-Type` are `skipped` as `content_type` once the header is there, without their body; `*` stands for any text, and pages without a type are taken",
            example: ["text/html", "image/*"]
        ) { cursor, spec throws(JobFileError) in
            spec.acceptTypes = try acceptedTypes(cursor)
        },
        Field(
            "on_finish", FinishSchema.type, "who is told when a run has finished",
            example: ["exec": ["./notify.sh"]], children: FinishSchema.onFinish.fields.map(\.name)
        ) { cursor, spec throws(JobFileError) in
            spec.onFinish = try FinishSchema.read(cursor)
        },
    ]

    /// When it is run.
    private static let schedule: [Field<JobSpec>] = [
        Field(
            "schedule", ScheduleSchema.cron, "when the job is due", example: "0 3 * * *",
            written: { $0.schedule.cron == nil ? nil : .text($0.schedule.text) }
        ) { cursor, spec throws(JobFileError) in
            try ScheduleSchema.readCron(cursor, into: &spec.schedule)
        },
        Field(
            "timezone", .text, "the zone of `schedule`",
            example: "Europe/Berlin", written: { $0.schedule.timeZone.map(DocumentNode.text) }
        ) { cursor, spec throws(JobFileError) in
            spec.schedule.timeZone = try ScheduleSchema.timeZone(cursor)
        },
        .choice(
            "missed", \.schedule.missed,
            "runs that were due while no runner was up: one run makes up for all, or none"),
        .duration(
            "jitter", \.schedule.jitter,
            "by how much a start may be put off; the same for a job and a due time"),
    ]

    private static let concurrency = Schema<JobSpec.Concurrency>(
        [
            .integer("total", 1...10_000, \.total, "requests at once"),
            .integer("per_host", 1...10_000, \.perHost, "requests at once to one host"),
        ], foreign: ForeignKey.ofConcurrency)

    static let variables = Field<JobSpec>(
        "vars", .mapping(names: "^[A-Za-z_][A-Za-z0-9_]*$", of: .scalar),
        "values for `${var:NAME}` in URLs, headers and bodies; `--var NAME=VALUE` overrides them",
        example: ["user_id": 123]
    ) { cursor, spec throws(JobFileError) in
        spec.variables = try variables(cursor)
    }

    static let timeouts = Schema<JobSpec.Timeouts>(
        [
            .duration("connect", \.connect, "time for name look-up, connection and TLS; 0 is no limit"),
            .duration("read", \.read, "time without a single byte from the server; 0 is no limit"),
            .duration(
                "total", \.total, "time for one request, from its start to its last byte; 0 is no limit"),
        ], foreign: ForeignKey.ofTimeouts)

    static let retry = Schema<RetryPolicy>(
        [
            .integer("attempts", 1...100, \.attempts, "tries in all; 1 means no retry"),
            .duration(
                "delay", \.delay,
                "wait before the second try; it doubles with each further try, and the wait is a random part of it (full jitter)"
            ),
            .duration(
                "max_delay", \.maxDelay,
                "the most that the delay grows to; in jobs of requests also the longest wait for a host, beyond which the run ends with 8 to go on later"
            ),
            Field(
                "max_wait", .duration,
                "the longest wait that a `Retry-After` may ask for, beyond which the page fails; without it any, but no more than an hour is waited",
                written: { $0.maxWait.map { .word($0.jobFileText) } }
            ) { cursor, policy throws(JobFileError) in
                policy.maxWait = try cursor.duration()
            },
            .boolean("unsafe", \.unsafe, "send POST and PATCH again although they may have been delivered"),
            Field(
                "on", StatusSchema.retryConditions,
                "what is tried again; `transport` is any failure below HTTP, `unexpected` a reply that is not what it has to be",
                written: StatusSchema.writtenRetryConditions
            ) { cursor, policy throws(JobFileError) in
                try StatusSchema.readRetryConditions(cursor, into: &policy)
            },
        ], foreign: ForeignKey.ofRetry)

    private static let limits = Schema<JobSpec.Limits>([
        .byteCount("body", \.body, "bytes of a body, decoded; 0 is no limit"),
        .integer("redirects", 0...1000, \.redirects, "redirects of one page; 0 follows none"),
        .integer("url_length", 0...1_000_000, \.urlLength, "characters of a URL; 0 is no limit"),
        .integer("pages", 0...Int.max, \.pages, "pages until the crawl stops; 0 is no limit"),
        .duration("time", \.time, "time until the crawl stops; 0 is no limit"),
        .byteCount("bytes", \.bytes, "bytes received until the crawl stops; 0 is no limit"),
        .integer(
            "pages_per_host", 0...Int.max, \.pagesPerHost,
            "pages of one host in a run, listed or found; further ones are `skipped` as `limit`; 0 is no limit"
        ),
        .mapping(
            "trap", \.trap, FollowSchema.trap,
            "when a link looks like one of endlessly many, and is skipped as `trap`; 0 turns a rule off"),
    ])

    private static let request = Schema<JobSpec.RequestDefaults>(
        [
            Field(
                "headers", HeaderSchema.type,
                "header fields of every request; they go to no other host on a redirect",
                example: ["accept-language": "en"], written: { HeaderSchema.written($0.headers) }
            ) { cursor, request throws(JobFileError) in
                request.headers = try HeaderSchema.fields(cursor)
            },
            CredentialSchema.field(
                "how requests show who sends them, where they have no `auth` of their own; never sent to another host",
                \.auth),
            .line(
                "user_agent", \.userAgent, "the `User-Agent`; name yourself and an address",
                example: "my-crawler/1.0 (+https://example.org/contact)"),
            .line(
                "proxy", \.proxy,
                "what requests go through; without it the environment's `http_proxy`, `https_proxy` and `NO_PROXY` count",
                type: .line, example: "socks5h://127.0.0.1:9050"),
            Field(
                "cookies", CookieSetting.type,
                "whether cookies are sent back; `keep`: in memory, for the length of a run; they go out in one field with a `Cookie` of the job; or a mapping of `file` and `save`",
                children: CookieSetting.file.fields.map(\.name), written: CookieSetting.written
            ) { cursor, request throws(JobFileError) in
                try CookieSetting.read(cursor, into: &request)
            },
            .boolean(
                "netrc", \.readsNetrc,
                "take user names and passwords from `~/.netrc`, for the hosts that the job names"),
            .boolean("insecure", \.insecure, "accept any TLS certificate"),
        ] + ConnectionSchema.ofJob)
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

    private static let hostName = ValueType(["type": "string", "pattern": #"^[^/\s]+$"#])

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
