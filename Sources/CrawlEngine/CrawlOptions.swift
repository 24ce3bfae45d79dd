package import CrawlCore
package import CrawlFetch
package import TrawlStore

/// The options of a crawl that the program decides, and not the job.
package struct CrawlOptions: Sendable {
    /// Crawl loops, a thread each. The default is the number of cores, 4 at most.
    package var threads: Int
    /// How long requests under way may go on after the first signal to stop. The default is 10 seconds.
    package var drain: Duration = .seconds(10)
    /// How many files and connections this process may have open: a job that wants more at once gets fewer. The
    /// default is 1,024, which is Linux's.
    package var openFiles = 1024
    /// What is sent as `User-Agent` where the job names none.
    package var userAgent: String
    /// The folder for WARC files of everything that is sent and received; nil, the default, where none are written.
    package var archiveFolder: String?
    /// How connections are made, where the user says so.
    package var network = NetworkOptions()
    /// The folder that stands for a host, which is then read in its place; nil, the default, where servers are asked for everything.
    package var folder: FolderSite?
    /// The run's archive, while it is under way.
    var archive: (any ExchangeKeeper)?
    /// Whether a run ends, to go on later, once its hosts take no more requests for longer than its job waits. The default is to; a
    /// daemon waits.
    package var leavesLongWaits = true
    /// Whether the observer hears of batches that are done with. The default is not.
    package var reportsBatches = false
    /// The permits that all crawls of this process share; nil, the default, where there is only one crawl.
    package var permits: SharedPermits?
    /// From how many bytes of the write-ahead log on it is looked whether a reader keeps it from being emptied. The default,
    /// 64 MiB, is four times what it grows to by itself.
    package var logLimit: Int64 = 64 << 20
    /// Tells which runners are still alive: hosts of those that are gone can be taken.
    package var processes: any ProcessTable = LinuxProcessTable()
    /// When hosts that cannot be reached are set aside. Jobs that check links probe such a host less often: ``circuit(of:)``.
    package var circuit = HostCircuit.Policy()

    /// - Precondition: 1 to 64 threads.
    package init(threads: Int, userAgent: String) {
        precondition((1...64).contains(threads), "a crawl has 1 to 64 threads")
        self.threads = threads
        self.userAgent = userAgent
    }
}

extension CrawlOptions {
    /// When a job's hosts that cannot be reached are set aside, and when they are given up. A job that checks links is to find
    /// out that a host is down, and not to wait a quarter of an hour until it is back: it probes once, after half a minute.
    func circuit(of spec: JobSpec) -> HostCircuit.Policy {
        var policy = circuit
        if spec.check != nil { policy.probes = min(policy.probes, 1) }
        return policy
    }

    /// Descriptors that are not connections: the database, the loops' own, the standard streams, and some to spare.
    private static let otherFiles = 32

    /// How many requests a job may have under way: what it wants, or as many as there are descriptors for.
    package func requests(_ wanted: Int) -> Int {
        max(1, min(wanted, openFiles - CrawlOptions.otherFiles - 4 * threads))
    }

    /// How many loops share so many requests: each has one at least.
    func loops(for requests: Int) -> Int { min(threads, requests) }

    /// How many connections a loop keeps open for re-use, the ones in use included.
    func connectionsPerLoop(_ requests: Int) -> Int {
        let room = openFiles - CrawlOptions.otherFiles - 4 * threads
        return max(1, min(requests * 4, room / threads))
    }
}
