/// A job as its file describes it: typed, checked, with every default filled in.
///
/// A duration of zero and a count of zero mean "no limit" only where the property says so.
package struct JobSpec: Sendable, Equatable {
    /// The name that the job is known by in the database.
    package var name: String
    /// URL patterns in the order of the file, curl's ranges not yet expanded.
    package var urls: [String] = []
    /// Where a list of URLs is read from when a run begins.
    package var urlsFrom: URLSource?
    /// Sitemaps whose URLs are pages of the job.
    package var sitemaps: [String] = []
    /// Entries of sitemaps that were last changed before this are skipped; nil, the default, for none.
    package var newerThan: DateLimit?
    /// Which links are followed; nil, the default, for none.
    package var follow: Follow?
    /// What is asked for once to see whether it is there, beside the pages that are followed; nil, the default, for nothing.
    package var check: Check?
    /// Whether every link of a page is kept as a row. The default is false, but for a job with ``check``.
    package var keepsLinks = false
    /// What is done to URLs before they are compared and requested. The default is nothing.
    package var normalize = Normalize()
    /// Whether links that were not followed get a row each, instead of being counted. The default is false.
    package var keepsSkipped = false
    /// Named API calls, in the order of the file.
    package var requests: [RequestTemplate] = []
    /// What `${var:NAME}` stands for, by name.
    package var variables: [String: Variable] = [:]
    /// How many requests may be open at once.
    package var concurrency = Concurrency()
    /// The least time between two starts to one host. The default is none, or 500 milliseconds where links are followed.
    package var delay: Duration = .zero
    /// How much longer than ``delay`` the time between two starts may be: each is chosen at random. The default is zero.
    package var delaySpread: Duration = .zero
    /// How often requests may start. Starts are spread evenly, so that no window of that length has more. The default
    /// is no limit.
    package var rate = Rate()
    /// Whether a batch waits until all pages of the batch before are settled. The default is false.
    package var hasBatchBarrier = false
    /// Whether robots.txt is obeyed. The default is to.
    package var robots = RobotsPolicy.obey
    /// Hosts at private addresses that redirects and links may lead to, by name or address, beside those of the job's
    /// own URLs. The default is none.
    package var allowPrivate: [String] = []
    /// How long each part of an attempt may take.
    package var timeouts = Timeouts()
    /// Which failures are tried again, how often and when.
    package var retry = RetryPolicy()
    /// The limits of a page, and of one process's work on a run.
    package var limits = Limits()
    /// How many pages are claimed and reported as one batch. The default is 100.
    package var batchSize = 100
    /// What is sent with every request.
    package var request = RequestDefaults()
    /// The statuses that make a page `done`. The default is 200–299 and 304.
    package var accept = StatusSet.standard
    /// The types of bodies that are taken; nil, the default, for all.
    package var acceptTypes: AcceptedTypes?
    /// Which bodies are kept. The default is none.
    package var keepBody = KeptBodies.none

    /// What is taken from each page, by name, into one JSON object. The default is nothing.
    package var extract: [ExtractionField] = []
    /// Whether pages are read to their end for what they say of themselves: canonical URL, language, description, robots,
    /// count of links. It is read anyway where there is something to extract. The default is false: a page is read up to its
    /// title.
    package var metadata = false

    /// When it is run by itself. The default is never.
    package var schedule = JobSchedule()
    /// How many finished runs are kept, the latest ones. The default is 0: all.
    package var keepRuns = 0

    /// Who is told when a run has finished; nil, the default, for nobody.
    package var onFinish: OnFinish?

    /// A job of this name with nothing to fetch and every default.
    package init(name: String) {
        self.name = name
    }
}

extension JobSpec {
    /// Whether pages of a run are found on the way.
    package var discoversPages: Bool { follow != nil || !sitemaps.isEmpty || check != nil }

    /// Whether it asks an API: it has requests of its own, and finds no other pages.
    ///
    /// - Parameter hasRequests: whether pages of its run are more than a GET of their URL.
    package func asksAPI(hasRequests: Bool) -> Bool { (hasRequests || !requests.isEmpty) && !discoversPages }

    /// What is asked for once to see whether it is there. The default of each is true.
    package struct Check: Sendable, Equatable {
        /// Images, scripts, stylesheets and whatever else a page is made of.
        package var assets = true
        /// What lies outside of what is followed: other sites, and pages that are too deep.
        package var external = true
        /// Whether the places are there that fragments name.
        package var fragments = true
        /// The images that pages have for previews elsewhere (Open Graph, Twitter's cards), too.
        package var socialImages = false
        /// How long a URL elsewhere that was fine is trusted before it is asked for again. The default is 7 days.
        package var recheck = Duration.seconds(7 * 86_400)
        /// All but the images for previews.
        package init() {}
    }

    /// The least time between two starts that a rate leaves. Zero means any.
    package struct Rate: Sendable, Equatable {
        /// At one host.
        package var perHost: Duration = .zero
        /// Of the whole job.
        package var total: Duration = .zero
        /// At one host, where some starts may come at once; nil, the default, for ``perHost`` alone.
        package var burst: StartBurst?
        /// The defaults.
        package init() {}
    }

    /// The least time between two starts at one host, by the job's delay and its rate.
    package var startInterval: Duration { max(delay, rate.perHost) }

    /// The limits of a host by the job's delay.
    ///
    /// - Parameter least: the least time between two starts that the host, or the job's rate, allows.
    package func startLimits(perHost: Int, least: Duration) -> HostLimits {
        let shortest = max(delay, least)
        var limits = HostLimits(
            perHost: perHost, delay: shortest, spread: max(delay + delaySpread - shortest, .zero))
        limits.burst = rate.burst
        return limits
    }

    /// The pools that the job names, by the names of its requests.
    package var pools: [String: PoolRule] {
        var pools: [String: PoolRule] = [:]
        for request in requests {
            if let name = request.name, let pool = request.pool { pools[name] = pool }
        }
        return pools
    }

    /// An instant that lies so long before a run's beginning, or is the same for all runs.
    package enum DateLimit: Sendable, Equatable {
        case age(Duration)
        /// Unix milliseconds.
        case instant(Int64)

        /// The instant for a run, in unix milliseconds.
        ///
        /// - Parameter start: when the run began, in unix milliseconds.
        package func instant(ofRunFrom start: Int64) -> Int64 {
            switch self {
            case .age(let age): start - age.wholeMilliseconds
            case .instant(let instant): instant
            }
        }
    }

    /// The value of a variable.
    package enum Variable: Sendable, Equatable {
        case text(String)
        /// A number or truth value as it was written.
        case literal(String)
    }

    /// Where a list of URLs is read from.
    package enum URLSource: Sendable, Equatable {
        /// A file, by its absolute path.
        case file(String)
        case standardInput
    }

    /// Whether robots.txt is obeyed (RFC 9309).
    package enum RobotsPolicy: String, Sendable, CaseIterable {
        case obey
        case ignore
    }

    /// Which bodies are kept in the database.
    package enum KeptBodies: String, Sendable, CaseIterable {
        case none
        /// Those of a type that is text to people: HTML, XML, JSON and other text.
        case text
        case all
    }

    /// How many requests may be open at once.
    package struct Concurrency: Sendable, Equatable {
        /// To all hosts together. The default is 32; at least 1.
        package var total = 32
        /// To one host (scheme, name and port). The default is 2, as browsers and crawlers do; at least 1.
        package var perHost = 2
        /// The defaults.
        package init() {}
    }

    /// How long each part of an attempt may take. Zero means no limit.
    package struct Timeouts: Sendable, Equatable {
        /// For the connection: name look-up, TCP and TLS. The default is 10 seconds.
        package var connect: Duration = .seconds(10)
        /// Without a single byte from the server. The default is 30 seconds.
        package var read: Duration = .seconds(30)
        /// For one request from its start to its last byte. The default is 60 seconds.
        package var total: Duration = .seconds(60)

        /// The defaults.
        package init() {}
    }

    /// The limits of a page, and of one process's work on a run. Zero means no limit.
    package struct Limits: Sendable, Equatable {
        /// Bytes of a body after decoding. The default is 10 MiB.
        package var body: Int64 = 10 << 20
        /// Redirects that one page may go through. The default is 10; 0 follows none.
        package var redirects = 10
        /// Characters of a normalised URL. The default is 2,083, as in Scrapy's `URLLENGTH_LIMIT`.
        package var urlLength = 2_083
        /// Pages that one process may settle in a run; then it stops, and the next process that continues the run has
        /// the same limit again. The default is none.
        package var pages = 0
        /// Time that one process may work on a run, likewise. The default is none.
        package var time: Duration = .zero
        /// Bytes that one process may receive in a run, likewise. The default is none.
        package var bytes: Int64 = 0
        /// Pages of one host in a run; more are skipped as `limit`. Sitemaps do not count. The default is none.
        package var pagesPerHost = 0
        /// When a link looks like one into an endless set of URLs.
        package var trap = TrapLimits()
        /// The defaults.
        package init() {}
    }

    /// What is sent with every request of the job.
    package struct RequestDefaults: Sendable, Equatable {
        /// Header fields in the order of the file, beside those that HTTP itself needs.
        package var headers: [HeaderField] = []
        /// How requests show who sends them, where they do not say so themselves; nil, the default, for not at all.
        package var auth: CredentialSpec?
        /// The `User-Agent`; nil for trawl's own.
        package var userAgent: String?
        /// A proxy in curl's notation; nil to go by `http_proxy`, `https_proxy` and `NO_PROXY`.
        package var proxy: String?
        /// Whether cookies are kept for the length of a run, and sent back. The default is false.
        package var keepsCookies = false
        /// Where cookies are read from before a run; nil, the default, for none.
        package var cookieFile: CookieFile?
        /// Whether user names and passwords are taken from `~/.netrc` for the hosts that the job names. The default is false.
        package var readsNetrc = false
        /// Whether certificates go unchecked. The default is false.
        package var insecure = false
        /// How TLS connections are made.
        package var tls = TLSOptions()
        /// The defaults.
        package init() {}
    }

    /// One header field.
    package struct HeaderField: Sendable, Equatable {
        /// The name as it was written; HTTP compares it without regard to case.
        package var name: String
        /// The value, without line breaks.
        package var value: String

        /// A field of this name and value.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}
