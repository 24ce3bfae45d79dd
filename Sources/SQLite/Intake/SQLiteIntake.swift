internal import CrawlCore
internal import TrawlStore

/// Puts the pages of a new run into an SQLite database.
struct SQLiteIntake: RunIntake {
    private let store: SQLiteStore
    private let run: RunID
    private let limits: JobSpec.Limits
    private var importer: PageImporter
    /// Pages that were added.
    private var pages: Int64 = 0

    /// Entries in one transaction: enough to make its cost small, few enough for others to get a turn.
    private static let part = 2_000
    /// Entries of a list that is not long: they are added in its order.
    private static let shortList = 16_000
    /// Entries of a long list that are sorted by host: enough for hosts in turn to have some pages each.
    private static let stretch = 32_768

    init(store: SQLiteStore, run: RunID, limits: JobSpec.Limits) {
        self.store = store
        self.run = run
        self.limits = limits
        importer = PageImporter(run: run, pagesPerHost: limits.pagesPerHost)
    }

    private var isLong: Bool { importer.takesStretches && pages >= SQLiteIntake.shortList }

    var chunk: Int { isLong ? SQLiteIntake.stretch : SQLiteIntake.part }

    mutating func add(
        _ pages: [ImportedPage], inputs: [Int: String]
    ) throws(StoreError) -> RunProgress {
        let store = store
        let added =
            try isLong
            ? importer.addStretch(pages, inputs: inputs, to: store)
            : store.writing { try importer.add(pages, inputs: inputs, in: $0) }
        self.pages += added.pages
        return added
    }

    mutating func settle(progressed: () -> Bool) throws(StoreError) -> RunProgress? {
        try importer.settle(in: store, progressed: progressed)
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
