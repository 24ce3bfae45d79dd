internal import CrawlEngine
internal import Foundation
internal import Glibc

/// How a job is run on this machine, whatever the job.
public struct RunOptions: Sendable {
    /// Crawl loops, a thread each, from 1 to 64. The default is the number of cores, 4 at most.
    public var threads = min(ProcessInfo.processInfo.activeProcessorCount, 4)
    /// How long requests under way may go on once a run is stopped. The default is 10 seconds.
    public var drain: Duration = .seconds(10)
    /// What is sent as `User-Agent` where the job names none. The default is trawl's own; say who you are, as in
    /// `my-crawler/1.0 (+https://my.site/; me@my.site)`.
    public var userAgent = Product.userAgent
    /// How many outcomes may wait to be read before nothing more is claimed. What is claimed by then, 2,048 pages or eight for
    /// each request at once, comes on top. The default is 1,000.
    public var waitingOutcomes = 1_000

    /// The defaults.
    public init() {}

    var crawlOptions: CrawlOptions {
        var options = CrawlOptions(threads: max(1, min(threads, 64)), userAgent: userAgent)
        options.drain = drain
        // As it is: a limit of the process is not a library's to raise.
        options.openFiles = Int(clamping: sysconf(Int32(_SC_OPEN_MAX)))
        return options
    }
}
