internal import CrawlEngine
internal import Foundation
internal import Glibc

/// How jobs run on this machine, whichever job it is.
public struct RunOptions: Sendable {
    /// The number of crawl loops, each with a thread, from 1 to 64. The default is the number of cores, 4 at most.
    public var threads = min(ProcessInfo.processInfo.activeProcessorCount, 4)
    /// How long requests under way may go on once a run is stopped. The default is 10 seconds.
    public var drain: Duration = .seconds(10)
    /// The `User-Agent` of jobs that name none. The default is trawl's own. Say who you are, as in
    /// `my-crawler/1.0 (+https://my.site/; me@my.site)`.
    public var userAgent = Product.userAgent
    /// How many outcomes may wait for the reader before the run claims no more pages. Pages that are claimed by then come on top:
    /// 2,048, or eight for each request at once where that is more. The default is 1,000.
    public var waitingOutcomes = 1_000

    /// The defaults.
    public init() {}

    var crawlOptions: CrawlOptions {
        var options = CrawlOptions(threads: max(1, min(threads, 64)), userAgent: userAgent)
        options.drain = drain
        // A library does not raise limits of its process.
        options.openFiles = Int(clamping: sysconf(Int32(_SC_OPEN_MAX)))
        return options
    }
}
