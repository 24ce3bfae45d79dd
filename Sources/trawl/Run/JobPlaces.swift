internal import CrawlCore
internal import CrawlFetch
internal import JobFile
internal import TrawlStore

/// The text of a job, to say where in it stands what turns out not to be there when the job is run.
struct JobPlaces {
    private let name: String
    /// The job file, or what is stored.
    private let document: JobDocument?

    /// - Parameter document: the job file, where it is at hand.
    init(_ document: JobDocument?, of job: JobRecord) {
        name = job.name
        self.document =
            document ?? (try? JobDocument(yaml: job.spec, source: .database(name: job.name)))
    }

    /// A secret that is not to be had.
    func failure(_ error: SecretFailure) -> CommandFailure {
        failure(document?.mistake(of: error.reference, error.description), or: error.description)
    }

    /// A list that cannot be read.
    func failure(_ error: URLListError) -> CommandFailure {
        // Standard input is not what the file names, but how the command was begun.
        let isFile = document?.spec.urlsFrom != .standardInput
        return failure(
            isFile ? document?.mistake(at: error.key, error.description) : nil, or: "\(name): \(error)")
    }

    /// A file of cookies that cannot be used.
    func failure(_ error: CookieFileError) -> CommandFailure {
        failure(
            document?.mistake(at: "request.cookies.file", error.description), or: "\(name): \(error)")
    }

    private func failure(_ mistake: JobFileError?, or message: String) -> CommandFailure {
        // A job of the command line has no lines.
        guard let mistake, document?.isOfCommandLine == false else { return CommandFailure(.usage, message) }
        return CommandFailure(.usage, mistake.description)
    }
}
