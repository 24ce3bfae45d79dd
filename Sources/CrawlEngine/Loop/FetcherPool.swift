internal import CrawlFetch

/// The fetchers of a loop. Each is used for one request after another.
struct FetcherPool {
    /// All of them.
    private(set) var all: [PageFetcher] = []
    private var idle: [PageFetcher] = []

    /// How many have a request that is running, or about to.
    var busy: Int { all.count - idle.count }

    /// Takes a fetcher without a request; nil when there is none.
    mutating func takeIdle() -> PageFetcher? { idle.popLast() }

    /// Adds a new fetcher, which is about to be used.
    mutating func add(_ fetcher: PageFetcher) { all.append(fetcher) }

    /// Takes a fetcher back that has finished its request.
    mutating func giveBack(_ fetcher: PageFetcher) { idle.append(fetcher) }

    /// Lets go of all fetchers.
    mutating func removeAll() {
        all = []
        idle = []
    }
}
