internal import CrawlCore
internal import TrawlStore

/// What pages of a result lead to: their items, and the pages after them.
extension PostgresTurn {
    /// Adds what pages led to that were settled in this transaction.
    func follow(_ outcomes: [PageOutcome]) throws {
        for outcome in outcomes where outcome.verdict == .done {
            guard let followUp = outcome.followUp else { continue }
            if followUp.restarts, let first = followUp.pages.first?.place.first {
                try pipeline.deleteItems(ofChain: first)
            }
            if let items = followUp.items { try keep(items, of: outcome.page.id, followUp.templates) }
            try add(followUp.pages, from: outcome.page.id)
        }
    }

    /// Keeps the items of a page, some at a time, and adds the requests that are made for each.
    private func keep(_ items: any ItemList, of page: PageID, _ templates: [ChainTemplate]) throws {
        var slice = ItemSlice()
        var pages: [FollowingPage] = []
        try items.forEach { key, value in
            slice.add(key, value)
            for template in templates { pages.append(template.page(for: value, of: page)) }
            guard slice.isFull else { return }
            try pipeline.keep(&slice, of: page)
            try pipeline.flush()
            try add(pages, from: page)
            pages.removeAll(keepingCapacity: true)
        }
        try pipeline.keep(&slice, of: page)
        try add(pages, from: page)
    }

    // MARK: Pages

    /// Adds pages that another led to. What is queued before goes first.
    private func add(_ pages: [FollowingPage], from referrer: PageID) throws {
        guard !pages.isEmpty else { return }
        try sendHosts(pages.filter { $0.end == nil }.compactMap { $0.hostKey.map(String.init) })
        var rows = try rowsToAdd(pages, from: referrer)
        guard !rows.isEmpty else { return }
        for index in rows.indices {
            rows[index].id = try run.numbers.page(pipeline)
            let page = rows[index].page
            switch page.end {
            case nil:
                growth.progress.pending += 1
                let host = page.hostKey.flatMap { hostIDs[String($0)] ?? run.memory?.host(String($0)) }
                rows[index].host = host?.rawValue
                if let host { growth.hosts.insert(host) }
            case .failed: growth.progress.failed += 1
            case .skipped: growth.progress.skipped += 1
            }
        }
        let hosts = Set(rows.compactMap(\.host)).sorted()
        try pipeline.hold(hosts, of: run.run.id, runner: run.runner)
        try pipeline.insert(rows, from: referrer, into: run.run.id)
        try pipeline.wake(hosts, of: run.run.id)
    }

    /// The rows of pages that the run does not have yet, each with its key.
    ///
    /// A request that a chain has had already has the same key. The key does not depend on the run, so that a page of one run is known
    /// again in the next.
    private func rowsToAdd(_ pages: [FollowingPage], from referrer: PageID) throws -> [FollowingRow] {
        var chains: [Int64: Int64] = [:]
        let firsts = Set(pages.filter { !$0.isOfItem }.map(\.place.first.rawValue)).sorted()
        try pipeline.send("SELECT id, url_key FROM {schema}.pages WHERE id = ANY($1)", [.ints(firsts)]) {
            result in
            for row in result.rows { chains[row.int(0)] = row.optionalInt(1) }
        }
        try pipeline.flush()
        var rows = pages.map { FollowingRow(page: $0) }
        var known: Set<Int> = []
        var taken: [Int64: KeyHolder] = [:]
        var rest = rows.indices.filter { rows[$0].page.end == nil }
        var salt: UInt64 = 0
        while !rest.isEmpty {
            let keys = rest.map {
                rows[$0].page.key(inChain: chains[rows[$0].page.place.first.rawValue], salt: salt)
            }
            let holders = try pipeline.holders(of: keys, in: run.run.id)
            var collided: [Int] = []
            for (index, key) in zip(rest, keys) {
                let page = rows[index].page
                guard let holder = holders[key] ?? taken[key] else {
                    rows[index].key = key
                    taken[key] = KeyHolder(page, from: referrer)
                    continue
                }
                switch holder.standing(of: page, from: referrer) {
                case .other: collided.append(index)
                case .known: known.insert(index)
                case .repeated(let number):
                    guard page.onRepeat == .error else {
                        known.insert(index)
                        continue
                    }
                    rows[index].page.end = .failed(
                        .unexpected,
                        "page repeats: the request of page \(page.place.number) is that of page \(number)")
                }
            }
            rest = collided
            salt += 1
        }
        return rows.indices.filter { !known.contains($0) }.map { rows[$0] }
    }
}

/// A page that another led to, on its way into the database.
struct FollowingRow {
    var page: FollowingPage
    var id: Int64 = 0
    var host: Int64?
    var key: Int64?

    init(page: FollowingPage) { self.page = page }
}

/// The request that has a key.
struct KeyHolder {
    /// What it is to a page with the same key.
    enum Standing {
        /// Another request that happens to share the key.
        case other
        /// The same page led to it before.
        case known
        /// A page of this number in the chain had the same request.
        case repeated(number: Int)
    }

    let url: String
    let method: String
    let name: String?
    let request: String?
    let referrer: Int64?
    let first: Int64?
    let number: Int?

    /// The holder that a page is once it is added.
    init(_ page: FollowingPage, from referrer: PageID) {
        (url, method, name, request) = (page.url, page.method, page.name, page.details)
        self.referrer = referrer.rawValue
        first = page.isOfItem ? nil : page.place.first.rawValue
        number = page.isOfItem ? nil : page.place.number
    }

    init(_ row: PostgresRow) {
        url = row.text(1)
        method = row.text(2)
        name = row.optionalText(3)
        request = row.optionalText(4)
        referrer = row.optionalInt(5)
        first = row.optionalInt(6)
        number = row.optionalInt(7).map(Int.init)
    }

    func standing(of page: FollowingPage, from source: PageID) -> Standing {
        guard url == page.url, method == page.method, request == page.details, name == page.name else {
            return .other
        }
        if page.isOfItem { return .known }
        guard first == page.place.first.rawValue, let number else { return .other }
        return referrer == source.rawValue && number == page.place.number ? .known : .repeated(number: number)
    }
}

extension FollowingPage {
    /// The key of its request within its chain.
    ///
    /// - Parameter first: the key of the chain's first page.
    fileprivate func key(inChain first: Int64?, salt: UInt64) -> Int64 {
        var content: [String?] = [name, details]
        if !isOfItem {
            content.append("chain:\(first ?? 0):\(place.restarts)")
            if onRepeat == .allow { content.append("\(place.number)") }
        }
        return URLKey(method: method, url: url, content: content, salt: salt).rawValue
    }
}

/// Some of the items of a page.
struct ItemSlice {
    private(set) var positions: [Int64] = []
    private(set) var keys: [String?] = []
    private(set) var values: [String] = []
    private var bytes = 0
    private var count: Int64 = 0

    /// Whether it should go to the database before more is added: 1,000 items, or one mebibyte.
    var isFull: Bool { positions.count >= 1_000 || bytes >= 1 << 20 }

    mutating func add(_ key: String?, _ value: String) {
        count += 1
        positions.append(count)
        keys.append(key)
        values.append(value)
        bytes += value.utf8.count
    }

    /// Forgets the items; the next has the next position.
    mutating func removeAll() {
        positions.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        bytes = 0
    }
}
