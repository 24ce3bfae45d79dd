internal import CrawlCore
internal import CrawlFetch

/// What goes between a loop and its driver.
extension CrawlLoop {
    /// What a loop is told.
    enum Message: Sendable {
        /// A host that this loop serves from now on.
        case open(HostOpening)
        /// Other limits and rules for a host that this loop serves.
        case configure(HostID, HostLimits, HostRules)
        /// A host that this loop serves no more.
        case close(HostID)
        /// A host that others wait for: its pages that are not under way are to be given back.
        case surrender(HostID)
        /// Pages of hosts that this loop serves.
        case pages([ClaimedPage])
        /// A request at a host that this loop serves: what a redirect leads to, or its robots.txt.
        case request(PageRequest)
        /// A URL that a seed was redirected to.
        case seed(WebURL)
        /// What the requests of pages send that the loop has reported as starting.
        case contents([(PageID, PageContents)])
        /// Start nothing more; what is under way may finish within the time, then the loop ends.
        case drain(within: Duration)
        /// End at once.
        case abort

        /// Requests that it brings.
        var requestCount: Int {
            switch self {
            case .pages(let pages): pages.count
            case .request: 1
            default: 0
            }
        }
    }

    /// What a host's robots.txt came to.
    struct RobotsReport: Sendable {
        let host: HostID
        let answer: RobotsAnswer
        /// The host that was asked last: another where redirects led elsewhere.
        let lastHost: HostID
        /// What it was asked for.
        let url: String
    }

    /// What a loop tells the driver.
    enum Report: Sendable {
        case outcomes([PageOutcome])
        /// A redirect to a host that is not the request's own.
        case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
        /// What hosts' robots.txt came to.
        case robots([RobotsReport])
        /// How hosts are doing.
        case conditions([(HostID, HostCondition)])
        /// A host that could not be reached however often it was tried.
        case givenUp(HostID, String)
        /// Pages whose turn it is, of a run whose requests differ: what they send is to be said, and noted where it must
        /// not be sent twice.
        case starting([(PageID, BatchID)], loop: Int)
        /// Pages that were to be sent and were not.
        case unsent([PageID])
        /// Pages of a host that are given back without a request.
        case surrendered(HostID, [PageID])
        /// The loop has ended and reports nothing more.
        case ended
    }
}
