/// What the runner decides, not the job.
public struct CrawlOptions: Sendable {
    /// Crawl loops, a thread each. The default is the number of cores, 4 at most.
    public var threads: Int
    /// How long requests under way may go on after the first signal to stop. The default is 10 seconds.
    public var drain: Duration = .seconds(10)
    /// What is sent as `User-Agent` where the job names none.
    public var userAgent: String

    /// - Precondition: 1 to 64 threads.
    public init(threads: Int, userAgent: String) {
        precondition((1...64).contains(threads), "a crawl has 1 to 64 threads")
        self.threads = threads
        self.userAgent = userAgent
    }
}
