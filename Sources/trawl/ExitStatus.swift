internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// The process's exit codes. The numbers are never changed.
enum ExitStatus: Int32, Error {
    case success = 0
    case internalError = 1
    /// The command line or a job file is wrong.
    case usage = 2
    /// The database or another file cannot be used.
    case io = 3
    /// The run is finished; some of its pages failed, or were not URLs; or links are broken that it checks.
    case someFailed = 4
    /// The run is finished; none of its pages succeeded.
    case noneSucceeded = 5
    case alreadyRunning = 6
    /// Stopped by a signal or a pause; the same command goes on.
    case interrupted = 7
    case limitReached = 8
    /// `trawl diff --exit-code`: something changed.
    case different = 9

    /// The status of a finished run.
    ///
    /// - Parameters:
    ///   - hasSuccess: whether any page succeeded; nil where the run has no pages but sitemaps, and pages that have not changed
    ///     (`not_newer`).
    ///   - brokenReferences: how many links are broken though no page of the run is.
    init(finished progress: RunProgress, hasSuccess: Bool?, brokenReferences: Int = 0) {
        if hasSuccess == false {
            self = .noneSucceeded
        } else if brokenReferences > 0, progress.failed + progress.invalid == 0 {
            self = .someFailed
        } else if progress.failed == 0, progress.invalid == 0 {
            self = .success
        } else {
            self = progress.done == 0 ? .noneSucceeded : .someFailed
        }
    }

    /// The exit code for several runs. If something stopped one of them, it is the gravest such code. Else it is `someFailed` where pages
    /// of any run failed, and `noneSucceeded` only where no run had a success.
    static func combined(_ statuses: [ExitStatus]) -> ExitStatus {
        for status in [internalError, usage, io, alreadyRunning, interrupted, limitReached]
        where statuses.contains(status) {
            return status
        }
        if statuses.contains(.someFailed) { return .someFailed }
        guard statuses.contains(.noneSucceeded) else { return .success }
        return statuses.contains(.success) ? .someFailed : .noneSucceeded
    }
}

/// The end of a command with an exit code and one sentence for the user.
struct CommandFailure: Error {
    let status: ExitStatus
    let message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = Terminal.sanitized(message)
    }

    init(_ error: StoreError) {
        switch error.kind {
        case .alreadyRunning: self.init(.alreadyRunning, error.description)
        case .ended: self.init(.interrupted, error.description)
        case .notFound, .condition: self.init(.usage, error.description)
        default: self.init(.io, error.description)
        }
    }

    init(_ error: CrawlError) {
        switch error {
        case .store(let error): self.init(error)
        case .archive(let message), .cookies(let message): self.init(.io, message)
        case .resources(let message): self.init(.internalError, message)
        case .secret(let message): self.init(.usage, message)
        }
    }
}
