internal import CrawlCore
internal import Curl

/// Replies that say that a limit is used up.
extension PageFetcher {
    /// The shortest wait after a refusal that names none, or one that is over.
    private static let leastWait: Duration = .seconds(1)

    /// What a wait that the server asks for is cut to, in seconds. An API's may be for the rest of the day.
    var longestWait: Int64 {
        guard policy.asksAPI, let page = request?.page, page.message?.errand == nil else {
            return RetryAfter.longest
        }
        return RetryAfter.longestKept
    }

    /// How long the server will take no more requests, by what its reply says of its limits; nil where it takes some, or says
    /// nothing.
    var rateLimitWait: Duration? {
        guard let allowance = progress.allowance, allowance.remaining == 0 else { return nil }
        return allowance.reset
    }

    /// What a reply says of a limit that the request has met; nil where it is not refused because of one.
    ///
    /// GitHub answers 403 with `Retry-After`, or with nothing remaining, where others answer 429; with its secondary limit it may
    /// say so in the body alone. Then it wants a minute at least, and longer after each further refusal (its documentation of rate
    /// limits of the REST API). 429 and 503 are waits in jobs of requests only: elsewhere each counts as an attempt.
    ///
    /// - Parameter wait: what the reply asks for.
    func refusal(_ status: Int, _ wait: Duration?) -> LimitRefusal? {
        guard let page = request?.page, page.message?.errand == nil else { return nil }
        let isWait =
            status == 403
            || policy.asksAPI && (status == 429 || status == 503)
                && retryPolicy.statuses.contains(status)
        guard isWait else { return nil }
        if let wait { return LimitRefusal(wait: wait, slows: status != 403) }
        guard let text = progress.refusalText, LimitRefusal.isSecondary(text) else { return nil }
        return LimitRefusal(wait: LimitRefusal.secondaryWait, slows: status != 403, grows: true)
    }

    /// Ends an attempt that the server refused because of a limit. The page waits, and has used up none of its attempts.
    func finish(refused kind: ErrorKind, _ message: String, _ refusal: LimitRefusal) {
        guard let request, let page = request.page, let transfer else { return }
        progress.signs = signs(of: kind, transfer.statusCode ?? 0, message, transfer)
        let wait = max(refusal.wait, Self.leastWait)
        if retryPolicy.isTooLong(wait) {
            return finish(.failed(kind), error: "\(message); \(tooLong(wait))", .turnedAway(wait: wait))
        }
        let time = refusal.grows ? "a minute or longer" : "\(wait)"
        let error = "\(message): a limit of the host is used up for \(time)"
        let signal = HostSignal.refused(wait: wait, slows: refusal.slows, grows: refusal.grows)
        // The gate makes a wait of either, unless the host has refused too often in a row.
        if page.attempts + 1 < retryPolicy.attempts {
            finish(.retry(kind, wait: wait), error: error, signal)
        } else {
            finish(.failed(kind), error: error, signal)
        }
    }

    /// What is said of a status that is not accepted.
    func message(ofStatus status: Int, _ request: PageRequest) -> String {
        let isCompressed =
            request.page?.message?.headers.contains { $0.name.lowercased() == "content-encoding" } ?? false
        guard status == 415, isCompressed else { return "status \(status) is not accepted" }
        return "status 415 is not accepted: the server may not take a gzip body; remove gzip from the request"
    }

    /// Ends an attempt whose page had nothing although there is more, which is worth another try whatever the job says of others.
    func finish(tryingAgain reason: String) {
        guard let page = request?.page else { return }
        let attempt = page.attempts + 1
        guard attempt < retryPolicy.attempts else {
            return finish(.failed(.unexpected), error: reason, .answered)
        }
        let wait = retryPolicy.wait(afterAttempt: attempt, fraction: environment.random())
        finish(.retry(.unexpected, wait: wait), error: reason, .answered)
    }
}

/// What a reply says of a limit that a request has met.
struct LimitRefusal {
    /// For how long the host takes no more requests.
    var wait: Duration
    /// Whether requests are made rarer as well, as after a 429.
    var slows = false
    /// Whether the wait is doubled each time that the host refuses again, since it does not say how long.
    var grows = false

    /// The wait after a refusal by GitHub's secondary limit that names none.
    static let secondaryWait: Duration = .seconds(60)
    /// How much of a refusal is looked at, in bytes.
    static let readLimit = 4096

    /// Whether a refusal speaks of GitHub's secondary limit, or of what it was called before.
    static func isSecondary(_ body: [UInt8]) -> Bool {
        let text = String(decoding: body, as: UTF8.self).lowercased()
        return text.contains("secondary rate limit") || text.contains("abuse detection mechanism")
    }
}
