internal import CrawlCore

/// What the tries at a job's pages have come to in this process: times, answers, what went wrong, and with which hosts.
///
/// It is a value, and is fed with what a run commits. All of it has a limit, whatever the run's size.
struct CrawlTally: Sendable {
    /// A page that failed.
    struct Failure: Sendable, Equatable {
        /// Unix milliseconds.
        let at: Int64
        let url: String
        /// An ``ErrorKind``'s raw value.
        let kind: String
        /// The HTTP status; nil where none came.
        let status: Int?
        /// What went wrong, for people.
        let error: String?
    }

    /// How long tries took from their first request to the last byte.
    private(set) var times = TimeHistogram()
    /// How long they took to the first byte of the answer.
    private(set) var firstByteTimes = TimeHistogram()
    /// How many pages failed in each way.
    private(set) var failed: [ErrorKind: Int64] = [:]
    /// How many tries failed in each way, after which the page is tried again.
    private(set) var retried: [ErrorKind: Int64] = [:]
    /// How many answers had a status of each hundred: those of 200 to 299 at 2.
    private(set) var answers = [Int64](repeating: 0, count: 6)
    /// The last pages that failed, the latest last.
    private(set) var failures: [Failure] = []
    private(set) var hosts = HostTimes()

    /// How many failures are kept.
    static let keptFailures = 50
    /// How many characters of a URL or an error are kept.
    private static let keptCharacters = 600

    /// Takes in what a run has committed.
    mutating func note(_ outcomes: [PageOutcome]) {
        for outcome in outcomes { note(outcome) }
    }

    private mutating func note(_ outcome: PageOutcome) {
        var isFailure = false
        switch outcome.verdict {
        case .done, .skipped: break
        case .retry(let kind, _), .postponed(let kind, _):
            isFailure = true
            retried[kind, default: 0] += 1
        case .failed(let kind):
            // A page that is only checked has failed where links to it are broken, and nowhere else.
            guard outcome.settled?.state == .failed else { break }
            isFailure = true
            failed[kind, default: 0] += 1
            keep(outcome, kind)
        }
        guard outcome.requests > 0 else { return }
        let timings = outcome.response.timings
        times.add(timings.total)
        if let status = outcome.response.statusCode {
            firstByteTimes.add(timings.startTransfer)
            answers[max(0, min(status / 100, 5))] += 1
        }
        let url = outcome.page.url
        hosts.add(
            outcome.page.host, key: (try? WebURL(parsing: url))?.hostKey ?? url, microseconds: timings.total,
            isFailure: isFailure, at: outcome.finishedAt)
    }

    private mutating func keep(_ outcome: PageOutcome, _ kind: ErrorKind) {
        if failures.count == Self.keptFailures { failures.removeFirst() }
        failures.append(
            Failure(
                at: outcome.finishedAt, url: ForeignText.cut(outcome.page.url, to: Self.keptCharacters),
                kind: kind.rawValue, status: outcome.response.statusCode,
                error: outcome.error.map { ForeignText.cut($0, to: Self.keptCharacters) }))
    }
}
