internal import CrawlCore
internal import Extract

/// The keys that make a crawler of a list of URLs.
enum FollowSchema {
    static let follow = Schema<JobSpec.Follow>(
        [
            Field("depth") { cursor, follow throws(JobFileError) in
                follow.depth = try cursor.integer(in: 0...1_000_000)
            },
            Field("scope") { cursor, follow throws(JobFileError) in
                follow.scope = try cursor.choice()
            },
            Field("include") { cursor, follow throws(JobFileError) in
                follow.include = try regularExpressions(cursor)
            },
            Field("exclude") { cursor, follow throws(JobFileError) in
                follow.exclude = try regularExpressions(cursor)
            },
            Field("nofollow") { cursor, follow throws(JobFileError) in
                follow.nofollow = try cursor.choice()
            },
            Field("links") { cursor, follow throws(JobFileError) in
                follow.links = try linkKinds(cursor)
            },
            .boolean("sitemaps", \.sitemaps),
        ], foreign: ForeignKey.ofFollow)

    static let normalize = Schema<JobSpec.Normalize>([
        .boolean("sort_query", \.sortsQuery),
        Field("drop") { cursor, normalize throws(JobFileError) in
            normalize.drop = try parameterNames(cursor)
        },
    ])

    static let trap = Schema<JobSpec.TrapLimits>([
        .integer("hops", 0...1_000_000, \.hops),
        .integer("segments", 0...1_000_000, \.segments),
        .integer("repeats", 0...1_000_000, \.repeats),
        .integer("sessions", 0...1_000_000, \.sessions),
        .integer("dates", 0...1_000_000_000, \.dates),
        .integer("deep", 0...1_000_000_000, \.deep),
    ])

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
        var urls: [String] = []
        for element in try cursor.elements(example: "[\"https://example.org/sitemap.xml\"]") {
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
