extension JobSpec {
    /// Which links of its pages a job follows.
    package struct Follow: Sendable, Equatable {
        /// How many links a page may be away from the job's own URLs; 0 follows none, nil, the default, any number.
        package var depth: Int?
        /// Which URLs may be followed, by where the job's own URLs lie. The default is their hosts.
        package var scope = URLScope.Extent.host
        /// Regular expressions (RE2) of which a link's URL must match one somewhere; none, the default, lets all pass. The
        /// job's own URLs are not asked.
        package var include: [String] = []
        /// Regular expressions (RE2) of which a link's URL must match none. They take precedence over ``include``.
        package var exclude: [String] = []
        /// Whether links and pages marked `nofollow` are left alone. The default is to.
        package var nofollow = NofollowPolicy.obey
        /// What kinds of links are followed. The default is all that take a reader further (``LinkKind/followedByDefault``).
        package var links = LinkKind.followedByDefault
        /// Whether the sitemaps that a host's robots.txt names are read. The default is false.
        package var sitemaps = false

        /// Everything on the job's own hosts.
        package init() {}
    }

    /// A kind of links, by what a reader finds them in.
    package enum LinkKind: String, Sendable, CaseIterable {
        /// `<a href>`, also in SVG, where it may be `xlink:href`.
        case a
        /// `<area href>`.
        case area
        /// `<frame src>`.
        case frame
        /// `<iframe src>`.
        case iframe
        /// `<meta http-equiv=refresh>` and the field `Refresh`.
        case refresh
        /// `<link rel=next>`, and the field `Link` of that relation (RFC 8288), like all that follow.
        case next
        /// `<link rel=prev>`, or `previous`.
        case prev
        /// `<link rel=canonical>`: the address that a page itself should have.
        case canonical
        /// `<link rel=alternate>`: a page in another language or format.
        case alternate

        /// What takes a reader further; not what names a page once more.
        package static let followedByDefault: Set<LinkKind> = [
            .a, .area, .frame, .iframe, .refresh, .next, .prev,
        ]
    }

    /// Whether `nofollow` (rel="nofollow", robots meta elements and headers) is obeyed.
    package enum NofollowPolicy: String, Sendable, CaseIterable {
        case obey
        case ignore
    }

    /// What is done to a URL, beyond what the URL Standard does, before it is compared and requested.
    package struct Normalize: Sendable, Equatable {
        /// Whether the parameters of the query are put in the order of their names. The default is false.
        package var sortsQuery = false
        /// Parameters that are left out: their names, in which `*` stands for any text. The default is none.
        package var drop: [String] = []

        /// Nothing.
        package init() {}
    }

    /// When a link looks like one into an endless set of URLs. Zero turns a rule off.
    ///
    /// The job's own URLs are never judged by these rules.
    package struct TrapLimits: Sendable, Equatable {
        /// Links that a page may be away from the job's own URLs: what ends a calendar whose every month links to the next.
        /// The default is 100; Heritrix's `TooManyHopsDecideRule` has 20, too few for long lists that have but a "next".
        package var hops = 100
        /// Segments of a path. The default is 20, as of Heritrix's `TooManyPathSegmentsDecideRule`.
        package var segments = 20
        /// Times that a directory, or a series of them, may follow itself in a path. The default is 2, as of Heritrix's
        /// `PathologicalPathDecideRule`: `/a/a/` may be, `/a/a/a/` not.
        package var repeats = 2
        /// URLs of a host that differ in nothing but a session id. The default is 100.
        package var sessions = 100
        /// URLs of a host that differ in nothing but a date. The default is 5,000, the days of fourteen years.
        package var dates = 5_000
        /// URLs below one folder at the top of a host that lie six folders deep or more. The default is 50,000.
        package var deep = 50_000

        /// The defaults.
        package init() {}
    }
}
