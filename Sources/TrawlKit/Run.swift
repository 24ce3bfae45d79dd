/// A run of a job, as a sequence of outcomes in order of completion. Each is in the store before it is handed out.
///
/// The run starts when the sequence is iterated over, and again with each further iteration. If the job has an unfinished run, that
/// run goes on, by the job as it was when the run began: pages that are settled are neither requested nor handed out again. Otherwise a
/// new run begins.
///
/// The iteration ends once every page is settled, and throws ``TrawlError`` if the run ended earlier. No outcome that was committed is
/// lost by that, nor by a kill.
///
/// Cancelling the task stops the run: requests under way may finish (``RunOptions/drain``), their outcomes are still handed out, and
/// then an error of kind ``TrawlError/Kind/interrupted`` is thrown. Leaving the loop stops the run too; outcomes from then on are only in
/// the store. Neither interrupts a read of standard input (`urls_from: "-"`).
///
/// A slow reader slows the run down: see ``RunOptions/waitingOutcomes``.
public struct Run: AsyncSequence, Sendable {
    /// The result of a page.
    public typealias Element = Outcome
    /// Why a run ended early.
    public typealias Failure = TrawlError

    let store: Store
    let job: Job
    let options: RunOptions

    /// Starts the run, or goes on with it.
    public func makeAsyncIterator() -> Iterator {
        let stream = store.start(job, options)
        return Iterator(stream: stream)
    }

    /// Hands out the outcomes of a run's pages.
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

    /// Stops the run when the last copy of its iterator is gone.
    private final class Guardian: Sendable {
        private let stream: OutcomeStream
        init(_ stream: OutcomeStream) { self.stream = stream }
        deinit { stream.abandon() }
    }
}
