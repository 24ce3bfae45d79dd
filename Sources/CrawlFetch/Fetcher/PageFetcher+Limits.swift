internal import CrawlCore
internal import Curl

/// Replies that say that a limit is used up.
extension PageFetcher {
    /// The shortest wait after a refusal that names none, or one that is over.
    private static let leastWait: Duration = .seconds(1)

    /// How long the server will take no more requests, by what its reply says of its limits; nil where it takes some, or says
    /// nothing.
    var rateLimitWait: Duration? {
        guard let allowance = progress.allowance, allowance.remaining == 0 else { return nil }
        return allowance.reset
    }

    /// Ends an attempt that the server refused because of a limit. The page waits, and has used up none of its attempts.
    ///
    /// GitHub answers 403 with `Retry-After`, or with nothing remaining (its documentation of rate limits of the REST API), where
    /// others answer 429.
    func finish(refused kind: ErrorKind, _ message: String, _ asked: Duration) {
        guard let request, let page = request.page, let transfer else { return }
        progress.signs = signs(of: kind, transfer.statusCode ?? 0, message, transfer)
        let wait = max(asked, Self.leastWait)
        if retryPolicy.isTooLong(wait) {
            return finish(.failed(kind), error: "\(message); \(tooLong(wait))", .turnedAway(wait: wait))
        }
        let error = "\(message): a limit of the host is used up for \(wait)"
        // The gate makes a wait of either, unless the host has refused too often in a row.
        if page.attempts + 1 < retryPolicy.attempts {
            finish(.retry(kind, wait: wait), error: error, .refused(wait: wait))
        } else {
            finish(.failed(kind), error: error, .refused(wait: wait))
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
