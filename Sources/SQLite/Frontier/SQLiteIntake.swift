internal import CrawlCore
internal import TrawlStore

/// Puts the pages of a new run into an SQLite database.
struct SQLiteIntake: RunIntake {
    private let store: SQLiteStore
    private let run: RunID
    private let limits: JobSpec.Limits
    private var importer: PageImporter

    init(store: SQLiteStore, run: RunID, limits: JobSpec.Limits) {
        self.store = store
        self.run = run
        self.limits = limits
        importer = PageImporter(run: run, pagesPerHost: limits.pagesPerHost)
    }

    mutating func add(
        _ pages: [ImportedPage], inputs: [Int: String]
    ) throws(StoreError) -> RunProgress {
        let store = store
        return try store.writing { try importer.add(pages, inputs: inputs, in: $0) }
    }

    mutating func add(sitemaps: [DiscoveredURL]) throws(StoreError) -> RunProgress {
        let run = run
        let limits = limits
        return try store.writing { transaction in
            var discoveries = DiscoveryImporter(run: run, limits: limits, keepsSkipped: false)
            var growth = DiscoveryImporter.Growth()
            try discoveries.add(PageDiscovery(urls: sitemaps), from: nil, &growth, in: transaction)
            for host in growth.hosts { try transaction.addNamed(host, to: run) }
            try discoveries.close(growth, in: transaction)
            return growth.progress
        }
    }
}
