internal import CrawlCore

extension PageOutcome.Verdict {
    /// What went wrong, where something did.
    var errorKind: ErrorKind? {
        switch self {
        case .failed(let kind), .retry(let kind, _), .postponed(let kind, _): kind
        case .done, .skipped: nil
        }
    }
}
