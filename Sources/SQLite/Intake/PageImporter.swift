package import CrawlCore
internal import GRDB
package import TrawlStore

/// Puts pages into the frontier of a run. One importer serves one run, transaction after transaction.
///
/// A short list is added by ``add(_:inputs:in:)``, a long one by ``addStretch(_:inputs:to:)``.
package struct PageImporter {
    let run: RunID
    /// How many pages a host may have in the run; 0 for any number.
    private let pagesPerHost: Int
    /// The hosts seen lately, so that a page costs no look-up; forgotten when there are many, so that memory does
    /// not grow with the list.
    private(set) var hosts: [String: HostID] = [:]
    private static let hostsKept = 10_000
    /// The keys of pages that were added before it is known whether the run has their requests already; nil where there are none.
    var unsettled: KeySpool?

    /// An importer for a run in state `importing`.
    ///
    /// - Parameter pagesPerHost: how many pages a host may have; the others are skipped. The default, 0, is any number.
    package init(run: RunID, pagesPerHost: Int = 0) {
        self.run = run
        self.pagesPerHost = pagesPerHost
    }

    /// Whether pages may be added before it is known which of them the run has already. They may not if the job limits the pages of a
    /// host, as these are counted at once.
    package var takesStretches: Bool { pagesPerHost == 0 }

    /// Adds pages in the order given; a request that the run already has becomes a skipped page.
    ///
    /// - Parameter inputs: what is said of pages beside their requests, JSON objects by the pages' places in the list.
    /// - Returns: what was added, by state.
    package mutating func add(
        _ pages: [ImportedPage], inputs: [Int: String] = [:], in transaction: StoreTransaction
    ) throws -> RunProgress {
        let rows = try PageRows(run, in: transaction)
        let keys = try PageKeys(run, in: transaction)
        var added = RunProgress()
        var lastID: Int64 = 0
        for (index, page) in pages.enumerated() {
            let key = page.key
            let host = try page.hostKey.map { try hostID($0, in: transaction) }
            let input = inputs.isEmpty ? nil : inputs[index]
            lastID = try rows.add(page, host: host, key: key, input: input)
            added.count(page)
            guard let key, let host else { continue }
            if try !keys.claim(key, for: lastID) {
                try transaction.skipDuplicate(lastID)
                added.skipOne()
            } else if try !isWithinLimit(host, transaction) {
                try transaction.skipBeyondLimit(lastID)
                added.skipOne()
            }
        }
        // Every page was one insert of this transaction, and ids count up.
        if added.pages > 0 { try count(added, ids: lastID - added.pages + 1...lastID, in: transaction) }
        return added
    }

    /// Brings the run's own row up to date with what a transaction has added.
    func count(_ added: RunProgress, ids: ClosedRange<Int64>, in transaction: StoreTransaction) throws {
        try transaction.database.cachedStatement(
            sql: """
                UPDATE runs SET pages_pending = pages_pending + ?, pages_failed = pages_failed + ?,
                    pages_skipped = pages_skipped + ?, pages_invalid = pages_invalid + ?,
                    first_page_id = coalesce(first_page_id, ?), last_page_id = ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                added.pending, added.failed, added.skipped, added.invalid, ids.lowerBound, ids.upperBound,
                run.rawValue,
            ])
    }

    /// Whether the run may have another page of the host; counts it.
    private func isWithinLimit(_ host: HostID, _ transaction: StoreTransaction) throws -> Bool {
        try pagesPerHost == 0 || transaction.takePlace(of: host, in: run, limit: pagesPerHost)
    }

    /// The row of a host that the run's own list names.
    mutating func hostID(_ key: String, in transaction: StoreTransaction) throws -> HostID {
        if let host = hosts[key] { return host }
        let host = try transaction.host(key)
        try transaction.addNamed(host, to: run)
        if hosts.count >= PageImporter.hostsKept { hosts.removeAll(keepingCapacity: true) }
        hosts[key] = host
        return host
    }
}
