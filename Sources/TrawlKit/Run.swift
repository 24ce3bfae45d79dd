/// A go at a job: what comes of its pages, in order of completion, each once it is in the store.
///
/// It begins when it is iterated over, and each iteration is a go of its own. Where the job has an unfinished run that one
/// goes on, by the job as it was when it began: pages that are settled are neither requested nor handed out again. Else a new
/// one begins.
///
/// The iteration ends once every page is settled, and throws ``TrawlError`` where the run ended before. Nothing that was
/// committed is lost by that, nor by a kill.
///
/// Cancelling the task stops the run in good order: requests under way may finish (``RunOptions/drain``), what came of them is
/// still handed out, and then an error of kind ``TrawlError/Kind/interrupted`` is thrown. Leaving the loop stops it too; what
/// is committed from then on is in the store. A read of standard input (`urls_from: "-"`) is not cut short by either.
///
/// A reader that is slow slows the run down: see ``RunOptions/waitingOutcomes``.
public struct Run: AsyncSequence, Sendable {
    /// What is handed out.
    public typealias Element = Outcome
    /// What is thrown.
    public typealias Failure = TrawlError

    let store: Store
    let job: Job
    let options: RunOptions

    /// Starts the run, or goes on with it.
    public func makeAsyncIterator() -> Iterator {
        let stream = store.start(job, options)
        return Iterator(stream: stream)
    }

    /// Hands out what comes of a run's pages.
    public struct Iterator: AsyncIteratorProtocol {
        private let stream: OutcomeStream
        private let guardian: Guardian

        init(stream: OutcomeStream) {
            self.stream = stream
            guardian = Guardian(stream)
        }

        /// The next page that is settled; nil once all are.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(TrawlError) -> Outcome? {
            try await stream.next()
        }
    }

    /// Stops the run once nobody reads it any more.
    private final class Guardian: Sendable {
        private let stream: OutcomeStream
        init(_ stream: OutcomeStream) { self.stream = stream }
        deinit { stream.abandon() }
    }
}
