internal import CrawlCore

/// The keys that make a crawler of a list of URLs.
extension JobSchema {
    static let follow = Schema<JobSpec.Follow>([
        Field("depth") { cursor, follow throws(JobFileError) in
            follow.depth = try cursor.integer(in: 0...1_000_000)
        },
        Field("scope") { cursor, follow throws(JobFileError) in
            follow.scope = try cursor.choice()
        },
        Field("include") { cursor, follow throws(JobFileError) in
            follow.include = try cursor.regularExpressions()
        },
        Field("exclude") { cursor, follow throws(JobFileError) in
            follow.exclude = try cursor.regularExpressions()
        },
        Field("nofollow") { cursor, follow throws(JobFileError) in
            follow.nofollow = try cursor.choice()
        },
        Field("links") { cursor, follow throws(JobFileError) in
            follow.links = try cursor.linkKinds()
        },
        .boolean("sitemaps", \.sitemaps),
    ])

    static let normalize = Schema<JobSpec.Normalize>([
        .boolean("sort_query", \.sortsQuery),
        Field("drop") { cursor, normalize throws(JobFileError) in
            normalize.drop = try cursor.parameterNames()
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
}
