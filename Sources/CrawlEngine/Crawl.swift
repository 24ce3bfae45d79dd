package import CrawlCore
package import CrawlFetch
package import TrawlStore
internal import Curl
internal import WARC

/// A run being worked on: the driver on its thread, the crawl loops on theirs.
package final class Crawl: Sendable {
    private let store: any CrawlDatabase
    private let runner: RunnerID
    private let record: RunRecord
    private let spec: JobSpec
    private let options: CrawlOptions
    private let credentials: URLCredentials
    private let environment: FetchEnvironment
    private let observer: any RunObserver
    private let inbox = Mailbox<RunDriver.Message>()
    private let heartbeat = Heartbeat()
    /// What the runner may count on; nil where nothing but its process counts.
    private let lease: RunnerLease?

    /// A crawl that has not begun.
    ///
    /// - Parameters:
    ///   - store: open for writing.
    ///   - runner: this process's entry in the store.
    ///   - run: an active run that the runner has taken.
    ///   - spec: the run's job.
    ///   - credentials: the user names and passwords of the run's URLs. The default is none.
    ///   - observer: who is told how it goes.
    package init(
        store: any CrawlDatabase, runner: RunnerID, run: RunRecord, spec: JobSpec, options: CrawlOptions,
        credentials: URLCredentials = URLCredentials(), environment: FetchEnvironment = .system,
        observer: any RunObserver
    ) {
        self.store = store
        self.runner = runner
        self.record = run
        self.spec = spec
        self.options = options
        self.credentials = credentials
        self.environment = environment
        self.observer = observer
        lease = store.lease(of: runner, since: .now)
    }

    /// Works until every page is settled, or ``stop()`` or ``abort()`` is called.
    ///
    /// - Throws: what ended the crawl early. What was committed stays; every other page is pending still.
    package func run() async throws(CrawlError) -> RunEnd {
        let result = await withCheckedContinuation { continuation in
            startThread(named: "trawl-driver") { [self] in
                continuation.resume(returning: drive())
            }
        }
        return try result.get()
    }

    private func drive() -> Result<RunEnd, CrawlError> {
        do {
            let archive = try openArchive()
            var options = options
            options.archive = archive
            lease?.listen { [observer] words in observer.databaseIsAway(words) }
            defer { lease?.listen(nil) }
            let end = Result {
                let run = try store.runStore(
                    record, spec: spec, runner: runner, processes: options.processes)
                return try RunDriver(
                    store: run, run: record, spec: spec, options: options,
                    credentials: credentials, environment: environment,
                    observer: observer, inbox: inbox, heartbeat: heartbeat
                ).drive()
            }
            try archive?.close()
            return .success(try end.get())
        } catch let error as WARCError {
            return .failure(.archive(error.description))
        } catch let error as StoreError {
            return .failure(.store(error))
        } catch let error as SecretFailure {
            return .failure(.secret("\(error)"))
        } catch let error as CookieFileError {
            return .failure(.cookies(error.description))
        } catch {
            return .failure(.resources("\(error)"))
        }
    }

    private func openArchive() throws -> ExchangeArchive? {
        guard let folder = options.archiveFolder else { return nil }
        return try ExchangeArchive(
            folder: folder, prefix: spec.name, software: options.userAgent,
            failed: { [inbox] in inbox.send(.stop) })
    }

    /// How long ago its driver and all its loops were seen at work: about a second at most, unless one is stuck. From any
    /// thread.
    package var silence: Duration {
        // A thread that waits for the database is not stuck.
        min(heartbeat.age, lease?.sinceWait(at: .now) ?? heartbeat.age)
    }

    /// Whether the crawl has ended because its runner was taken for gone, or because the database has lost what was written last: another
    /// runner can go on.
    package var hasLostRunner: Bool { lease?.isLost ?? false }

    /// Starts nothing more and ends once what is under way is over, or the drain time is. From any thread.
    package func stop() {
        lease?.hurry(until: .now + options.drain)
        inbox.send(.stop)
    }

    /// Claims pages again, after the observer was behind. From any thread.
    package func goOn() {
        inbox.send(.goOn)
    }

    /// Ends at once: what is under way is cut off and stays pending. From any thread.
    package func abort() {
        lease?.hurry(until: .now)
        inbox.send(.abort)
    }
}

/// What ended a crawl early.
package enum CrawlError: Error, Sendable, CustomStringConvertible {
    /// The database.
    case store(StoreError)
    /// A WARC file.
    case archive(String)
    /// The job's file of cookies.
    case cookies(String)
    /// This machine: descriptors or memory.
    case resources(String)
    /// A secret that the job's requests refer to is not there. Nothing was requested.
    case secret(String)

    /// One sentence for people.
    package var description: String {
        switch self {
        case .store(let error): error.description
        case .archive(let message), .cookies(let message), .resources(let message), .secret(let message):
            message
        }
    }
}
