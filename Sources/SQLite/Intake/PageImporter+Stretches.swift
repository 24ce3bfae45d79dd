package import TrawlStore
package import CrawlCore
internal import GRDB
internal import Glibc

/// Long lists. The pages of a stretch are written host by host, so that pages that are requested together lie together in the file.
/// The keys of all requests are written at the end, in the order of the table `page_keys`.
extension PageImporter {
    /// Rows in one transaction: enough to make its cost small, few enough for others to get a turn.
    private static let slice = 8_192
    /// The fewest pages of a host that become a range. Fewer are claimed in one go, so a range would only cost more.
    private static let leastRange = 16

    /// Adds a stretch of a list in several transactions. Which requests the run has already is not looked at before
    /// ``settle(in:progressed:)``.
    ///
    /// - Parameter inputs: what is said of pages beside their requests, JSON objects by the pages' places in the stretch.
    /// - Returns: what was added, by state.
    package mutating func addStretch(
        _ pages: [ImportedPage], inputs: [Int: String] = [:], to store: SQLiteStore
    ) throws(StoreError) -> RunProgress {
        let hosts = try hosts(of: pages, in: store)
        let order = pages.indices.sorted { (hosts[$0], $0) < (hosts[$1], $1) }
        var ids = Array(repeating: Int64(0), count: pages.count)
        var added = RunProgress()
        for start in stride(from: 0, to: pages.count, by: PageImporter.slice) {
            let places = order[start..<min(start + PageImporter.slice, pages.count)]
            var entries: [KeySpool.Entry] = []
            entries.reserveCapacity(places.count)
            let part = try store.writeInTurn { transaction in
                let part = try add(pages, places, hosts: hosts, inputs, &ids, &entries, in: transaction)
                if places.endIndex == pages.count, !order.elementsEqual(pages.indices) {
                    try transaction.keepOrder(of: ids, run: run)
                }
                return part
            }
            try spool { try $0.append(entries) }
            added.add(part)
        }
        return added
    }

    /// Adds some pages of a stretch, host by host.
    ///
    /// - Parameters:
    ///   - places: theirs in the stretch.
    ///   - ids: those of the stretch's pages; theirs are entered.
    ///   - entries: takes their keys.
    private func add(
        _ pages: [ImportedPage], _ places: ArraySlice<Int>, hosts: [Int64], _ inputs: [Int: String],
        _ ids: inout [Int64], _ entries: inout [KeySpool.Entry], in transaction: StoreTransaction
    ) throws -> RunProgress {
        let rows = try PageRows(run, in: transaction)
        var part = RunProgress()
        var rest = places
        while let first = rest.first {
            let number = hosts[first]
            let ofHost = rest.prefix { hosts[$0] == number }
            rest = rest.dropFirst(ofHost.count)
            let host = number == 0 ? nil : HostID(rawValue: number)
            let isInRange = host != nil && ofHost.count >= PageImporter.leastRange
            for place in ofHost {
                let page = pages[place]
                let key = page.key
                let input = inputs.isEmpty ? nil : inputs[place]
                ids[place] = try rows.add(page, host: host, key: key, input: input, isInRange: isInRange)
                if let key { entries.append(KeySpool.Entry(key: key, page: ids[place])) }
                part.count(page)
            }
            if let host, isInRange, let last = ofHost.last {
                try transaction.add(.init(first: ids[first], last: ids[last]), of: host, run: run)
            }
        }
        if let first = places.first, let last = places.last {
            try count(part, ids: ids[first]...ids[last], in: transaction)
        }
        return part
    }

    /// Finds the pages of the stretches whose requests the run has already, and makes them skipped ones.
    ///
    /// - Parameter progressed: called after each transaction; false ends it there.
    /// - Returns: by how much it changed what was added; nil where it was ended early.
    package mutating func settle(in store: SQLiteStore, progressed: () -> Bool) throws(StoreError)
        -> RunProgress?
    {
        guard unsettled != nil else { return RunProgress() }
        let run = run
        let isWhole = try spool { spool in
            try spool.forEachSlice(of: PageImporter.slice * 2) { entries in
                let duplicates = try store.writing { transaction in
                    let keys = try PageKeys(run, in: transaction)
                    return try entries.filter { try !keys.claim($0.key, for: $0.page) }.map(\.page)
                }
                return progressed() ? duplicates : nil
            }
        }
        guard isWhole else { return nil }
        var change = RunProgress()
        try spool { spool in
            try spool.forEachDuplicate(sliceOf: PageImporter.slice) { pages in
                try store.writeInTurn { transaction in
                    for page in pages { try transaction.skipDuplicate(page) }
                    try transaction.countDuplicates(pages.count, of: run)
                }
                change.pending -= Int64(pages.count)
                change.skipped += Int64(pages.count)
            }
        }
        unsettled = nil
        return change
    }

    private mutating func spool<Value>(_ body: (KeySpool) throws -> Value) throws(StoreError) -> Value {
        do {
            let spool = try unsettled ?? KeySpool()
            unsettled = spool
            return try body(spool)
        } catch {
            throw StoreError(error, path: "a temporary file")
        }
    }

    /// The rows of the pages' hosts; 0 for none.
    private mutating func hosts(of pages: [ImportedPage], in store: SQLiteStore) throws(StoreError) -> [Int64]
    {
        var found = Array(repeating: Int64(0), count: pages.count)
        var next = 0
        while next < pages.count {
            // Most of them are known, and need no transaction.
            while next < pages.count, let host = knownHost(of: pages[next]) {
                found[next] = host
                next += 1
            }
            let end = min(next + PageImporter.slice / 2, pages.count)
            guard next < end else { break }
            try store.writeInTurn { transaction in
                for place in next..<end {
                    guard let key = pages[place].hostKey else { continue }
                    found[place] = try hostID(key, in: transaction).rawValue
                }
            }
            next = end
        }
        return found
    }

    /// The row of a page's host if it is in memory; 0 for a page without a host; nil if it has to be looked up.
    private func knownHost(of page: ImportedPage) -> Int64? {
        page.hostKey.map { hosts[$0]?.rawValue } ?? 0
    }
}

extension StoreTransaction {
    /// Keeps in which order a list names pages whose ids are in another one.
    fileprivate func keepOrder(of pages: [Int64], run: RunID) throws {
        guard let first = pages.min(), let last = pages.max() else { return }
        var list = PageIDList()
        for page in pages { list.append(page) }
        let insert = try RawStatement(
            database,
            "INSERT INTO page_orders (first_page_id, last_page_id, run_id, page_ids) VALUES (?, ?, ?, ?)")
        insert.bind(1, first)
        insert.bind(2, last)
        insert.bind(3, run.rawValue)
        insert.bind(4, bytes: list.bytes)
        try insert.run()
    }

    fileprivate func countDuplicates(_ count: Int, of run: RunID) throws {
        try database.cachedStatement(
            sql:
                "UPDATE runs SET pages_pending = pages_pending - ?1, pages_skipped = pages_skipped + ?1 WHERE id = ?2"
        ).execute(arguments: [count, run.rawValue])
    }
}

extension SQLiteStore {
    /// Runs one of many transactions in a row, then rests a moment, so that others get at the database in between.
    fileprivate func writeInTurn<Value>(_ body: (StoreTransaction) throws -> Value) throws(StoreError)
        -> Value
    {
        let start = MonotonicInstant.now
        let value = try writing(body)
        usleep(UInt32(clamping: (MonotonicInstant.now - start).wholeMilliseconds * 1000 / 4))
        return value
    }
}
