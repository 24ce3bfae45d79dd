internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import JobFile

/// Why a store cannot be opened, a job is invalid, or a run ended before all of its pages were settled.
///
/// In all cases what was committed stays, and the same job goes on where it stopped.
public struct TrawlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of the error.
    public let kind: Kind
    /// One sentence for people, which says what to do about it.
    public let description: String

    /// What is wrong, in general.
    public enum Kind: Sendable, Equatable {
        /// The job's text or its list of URLs is wrong, or there is nothing to fetch. The job has to be changed.
        case job
        /// A secret that the job refers to is missing. Nothing was requested.
        case secret
        /// The database cannot be used.
        case database
        /// Another process, or another task of this one, is running the job.
        case alreadyRunning
        /// The task was cancelled, or the job was paused. It can go on.
        case interrupted
        /// One of the job's `limits` was reached. The run can go on, with the whole limit again.
        case limitReached
        /// This machine has not enough of something, such as memory or descriptors, or another file cannot be used.
        case system
    }

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// An error of the engine as one of a job.
    init(_ error: any Error, job: String? = nil) {
        let name = job.map { "\($0): " } ?? ""
        switch error {
        case let error as TrawlError: self = error
        case let error as StoreError where error.kind == .alreadyRunning:
            self.init(.alreadyRunning, "\(job ?? "it") \(error.description)")
        case let error as StoreError: self.init(.database, error.description)
        case let error as JobFileError: self.init(.job, error.description)
        case let error as URLListError: self.init(.job, error.description)
        case let error as CookieFileError: self.init(.job, error.description)
        case is NothingToFetch: self.init(.job, "\(name)\(error)")
        case let error as SecretFailure: self.init(.secret, "\(name)\(error)")
        case CrawlError.secret(let message): self.init(.secret, name + message)
        case CrawlError.store(let error): self.init(error, job: job)
        case let error as CrawlError: self.init(.system, name + error.description)
        default: self.init(.system, "\(name)\(error)")
        }
    }
}
