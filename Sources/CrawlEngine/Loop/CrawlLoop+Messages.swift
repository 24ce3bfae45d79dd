internal import CrawlCore
internal import CrawlFetch

/// What a loop and its driver tell each other.
extension CrawlLoop {
    /// What a loop is told.
    enum Message: Sendable {
        /// A host that this loop serves from now on.
        case open(HostOpening)
        /// New limits and rules for a host that this loop serves.
        case configure(HostID, HostLimits, HostRules)
        /// A host that this loop no longer serves.
        case close(HostID)
        /// A host that another run waits for, or that is left for later. Its pages that have not begun are to be given back.
        case surrender(HostID)
        /// Pages of hosts that this loop serves.
        case pages([ClaimedPage])
        /// A request at a host that this loop serves: a redirect's target, or the host's robots.txt.
        case request(PageRequest)
        /// A URL that a seed was redirected to.
        case seed(WebURL)
        /// What the requests of pages send, which the loop has reported as starting.
        case decisions([(PageID, SendDecision)])
        /// What is to be done with pages that wait for their credential.
        case credentials(CredentialOrder)
        /// Start nothing more. What is running may finish within the time, then the loop ends.
        case drain(within: Duration)
        /// End at once.
        case abort

        /// How many requests it brings.
        var requestCount: Int {
            switch self {
            case .pages(let pages): pages.count
            case .request: 1
            default: 0
            }
        }
    }

    /// The answer for a host's robots.txt.
    struct RobotsReport: Sendable {
        let host: HostID
        let answer: RobotsAnswer
        /// The host that answered, which is another one after a redirect.
        let lastHost: HostID
        /// The URL that was answered.
        let url: String
    }

    /// What a loop tells its driver.
    enum Report: Sendable {
        case outcomes([PageOutcome])
        /// A redirect to another host than the request's own, or to what may be a page of its own.
        case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
        /// The answers for hosts' robots.txt.
        case robots([RobotsReport])
        /// How hosts are doing.
        case conditions([(HostID, HostCondition)])
        /// A host that could not be reached however often it was tried.
        case givenUp(HostID, String)
        /// Pages that may start, in a run whose pages have requests of their own. The driver tells what they send, and notes
        /// it first when it must not be sent twice.
        case starting([ClaimedPage], loop: Int)
        /// What became of credentials.
        case credentials(CredentialReport)
        /// Pages that were to be sent and were not.
        case unsent([PageID])
        /// Pages of a host that are given back without having been requested.
        case surrendered(HostID, [PageID])
        /// The loop has ended and reports nothing more.
        case ended
    }
}
