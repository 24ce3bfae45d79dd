internal import CrawlEngine
internal import CrawlFetch
internal import TrawlSQLite
internal import TrawlStore
internal import JobFile

/// Why a store cannot be opened, a job is none, or a run has ended before all of its pages were settled.
///
/// Whatever it is, what was committed stays, and the same job goes on where it was.
public struct TrawlError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What it comes down to.
    public let kind: Kind
    /// One sentence for people, which says what to do.
    public let description: String

    /// What an error comes down to.
    public enum Kind: Sendable, Equatable {
        /// The job's text, its list of URLs, or that there is nothing to fetch. It has to be changed.
        case job
        /// A secret that the job refers to is not there. Nothing was requested.
        case secret
        /// The database.
        case database
        /// The job is being run elsewhere: by another process, or by another task of this one.
        case alreadyRunning
        /// The task was cancelled, or the job was paused. It can go on.
        case interrupted
        /// One of the job's `limits` was reached. It can go on, with as much again.
        case limitReached
        /// This machine: memory, descriptors, another file.
        case system
    }

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// What came out of the engine, in terms of a job.
    init(_ error: any Error, job: String? = nil) {
        let name = job.map { "\($0): " } ?? ""
        switch error {
        case let error as TrawlError: self = error
        case let error as StoreError where error.kind == .alreadyRunning:
            self.init(.alreadyRunning, "\(job ?? "it") \(error.description)")
        case let error as StoreError: self.init(.database, error.description)
        case let error as JobFileError: self.init(.job, error.description)
        case let error as URLListError: self.init(.job, error.description)
        case is NothingToFetch: self.init(.job, "\(name)\(error)")
        case let error as SecretFailure: self.init(.secret, "\(name)\(error)")
        case CrawlError.secret(let message): self.init(.secret, name + message)
        case CrawlError.store(let error): self.init(error, job: job)
        case let error as CrawlError: self.init(.system, name + error.description)
        default: self.init(.system, "\(name)\(error)")
        }
    }
}
