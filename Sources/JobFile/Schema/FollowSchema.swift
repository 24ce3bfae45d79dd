internal import CrawlCore
internal import Extract

/// The keys that make a crawler of a list of URLs.
enum FollowSchema {
    static let follow = Schema<JobSpec.Follow>(
        [
            Field(
                "depth", .integer(0...1_000_000), "links away from the job's own URLs; absent: any number",
                example: 3, written: { $0.depth.map(DocumentNode.number) }
            ) { cursor, follow throws(JobFileError) in
                follow.depth = try cursor.integer(in: 0...1_000_000)
            },
            .choice(
                "scope", \.scope,
                "the job's hosts, their registrable domains, the folders of its URLs, or everything"),
            .texts(
                "include", expressions, \.include, "a URL must match one of them", example: ["/docs/"],
                regularExpressions),
            .texts(
                "exclude", expressions, \.exclude, "a URL must match none of them", example: ["[?&]print="],
                regularExpressions),
            .choice(
                "nofollow", \.nofollow,
                "whether `rel=nofollow`, robots meta elements and `X-Robots-Tag` are obeyed"),
            Field(
                "links",
                .list(of: .words(JobSpec.LinkKind.self), atLeast: 1),
                "kinds of links that are followed; also `canonical` and `alternate`",
                written: { follow in
                    let kinds = JobSpec.LinkKind.allCases.filter(follow.links.contains)
                    return DocumentNode(.list(kinds.map { .word($0.rawValue) }))
                }
            ) { cursor, follow throws(JobFileError) in
                follow.links = try linkKinds(cursor)
            },
            .boolean("sitemaps", \.sitemaps, "whether the sitemaps that robots.txt names are read"),
        ], foreign: ForeignKey.ofFollow)

    private static let expressions = ValueType.list(of: .regularExpression)

    static let normalize = Schema<JobSpec.Normalize>([
        .boolean("sort_query", \.sortsQuery, "put the query's parameters in the order of their names"),
        .texts(
            "drop",
            .list(of: ValueType(["type": "string", "pattern": "^[^=&?#]+$"])),
            \.drop, "leave these parameters out, for example `[utm_*, sid]`", example: ["utm_*", "sid"],
            parameterNames),
    ])

    static let trap = Schema<JobSpec.TrapLimits>([
        .integer("hops", 0...1_000_000, \.hops, "links away from the job's own URLs"),
        .integer("segments", 0...1_000_000, \.segments, "segments of a path"),
        .integer("repeats", 0...1_000_000, \.repeats, "times that a directory may follow itself in a path"),
        .integer("sessions", 0...1_000_000, \.sessions, "URLs of a host that differ only in a session id"),
        .integer("dates", 0...1_000_000_000, \.dates, "URLs of a host that differ only in a date"),
        .integer(
            "deep", 0...1_000_000_000, \.deep,
            "URLs six folders deep or more below one top folder of a host"),
    ])

    static let check = Schema<JobSpec.Check>([
        .boolean("assets", \.assets, "images, scripts, stylesheets and whatever else pages are made of"),
        .boolean(
            "external", \.external,
            "what lies outside of what is followed: other sites, and pages that are too deep"),
        .boolean("fragments", \.fragments, "whether the places are there that fragments name"),
        .boolean(
            "social_images", \.socialImages,
            "also the images that pages have for previews: `og:image` and `twitter:image`"),
        .duration(
            "recheck", \.recheck,
            "how long a URL elsewhere that was fine is trusted before it is asked for again; 0 asks in each run"
        ),
    ])

    /// Reads what is checked: a truth value, or a mapping.
    static func readCheck(_ cursor: Cursor, into spec: inout JobSpec) throws(JobFileError) {
        if case .mapping = cursor.node.content {
            var rules = JobSpec.Check()
            try check.read(cursor, into: &rules)
            spec.check = rules
        } else {
            spec.check = try cursor.boolean() ? JobSpec.Check() : nil
        }
        if spec.check != nil { spec.keepsLinks = true }
    }

    // MARK: - Values

    /// Regular expressions, each tried for whether it is one.
    static func regularExpressions(_ cursor: Cursor) throws(JobFileError) -> [String] {
        var expressions: [String] = []
        for element in try cursor.elements(example: #"["/docs/", "[.]html$"]"#) {
            let expression = try element.text()
            guard !expression.isEmpty else {
                throw element.failure(
                    "the expression is empty and matches everything; write one, or remove it")
            }
            if let mistake = URLFilter.mistake(in: expression) {
                throw element.failure("not a regular expression (RE2): \(mistake)")
            }
            expressions.append(expression)
        }
        return expressions
    }

    /// Kinds of links, at least one.
    static func linkKinds(_ cursor: Cursor) throws(JobFileError) -> Set<JobSpec.LinkKind> {
        var kinds: Set<JobSpec.LinkKind> = []
        for element in try cursor.elements(example: "[a, area, frame, refresh]") {
            kinds.insert(try element.choice())
        }
        guard !kinds.isEmpty else {
            throw cursor.failure("the list is empty; write what is followed, or remove it")
        }
        return kinds
    }

    /// Names of a query's parameters, in which `*` stands for any text.
    static func parameterNames(_ cursor: Cursor) throws(JobFileError) -> [String] {
        var names: [String] = []
        for element in try cursor.elements(example: "[utm_*, sid]") {
            let name = try element.text()
            guard !name.isEmpty, !name.utf8.contains(where: { "=&?#".utf8.contains($0) }) else {
                throw element.failure(
                    "not the name of a parameter; write it without =, &, ? and #, for example utm_*")
            }
            names.append(name)
        }
        return names
    }

    /// An age such as `7d`, or a date such as `2026-11-23` or `2026-11-23T08:30:00Z`, in UTC.
    static func dateLimit(_ cursor: Cursor) throws(JobFileError) -> JobSpec.DateLimit {
        let word = try cursor.word() ?? ""
        if let age = try? Duration(jobFileText: word) { return .age(age) }
        if let instant = InstantText.unixMilliseconds(word) { return .instant(instant) }
        throw cursor.failure(
            "\(cursor.found) is neither an age nor a date; write for example 7d or \"2026-11-23\"")
    }

    /// Throws where `newer_than` has no sitemap whose dates it could go by.
    static func checkDateLimit(of spec: JobSpec, _ job: Cursor) throws(JobFileError) {
        guard spec.newerThan != nil, spec.sitemaps.isEmpty, spec.follow?.sitemaps != true,
            let entry = try job.entries().first(where: { $0.key == "newer_than" })
        else { return }
        throw job.child(entry).failure(
            "newer_than goes by the dates of sitemaps and feeds, and there are none; add sitemaps: [\"https://example.org/sitemap.xml\"], or follow: {sitemaps: true}"
        )
    }

    /// URLs of sitemaps.
    static func sitemaps(_ cursor: Cursor) throws(JobFileError) -> [String] {
        let elements = try cursor.elements(example: "[\"https://example.org/sitemap.xml\"]")
        guard !elements.isEmpty else {
            throw cursor.failure("the list is empty; write at least one sitemap, or remove the key")
        }
        var urls: [String] = []
        for element in elements {
            let text = try element.text()
            let url: WebURL
            do {
                url = try WebURL(parsing: text)
            } catch {
                throw element.failure("not a URL: \(error.description)")
            }
            guard url.isHTTP else {
                throw element.failure("a sitemap is read over http or https; write such a URL")
            }
            urls.append(text)
        }
        return urls
    }
}
