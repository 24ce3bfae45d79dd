/// The entries that were read of a sitemap, and what is known of those that were left out.
struct SitemapHarvest {
    private(set) var entries: [SitemapEntry] = []
    /// How many entries were left out, since something is wrong with them.
    private(set) var leftOut = 0
    /// What was wrong with the first entry that was left out.
    private(set) var flaw: SitemapFlaw?
    /// Whether an entry was left out by a mistake, and not only because an item of a feed names no page.
    private(set) var hasMistakes = false
    /// Whether there are more entries than the limit.
    private(set) var isFull = false
    /// How many more entries are taken.
    private var room: Int

    init(limit: Int) { room = limit }

    /// Adds an entry, or notes that there is no room for it.
    mutating func add(_ entry: SitemapEntry) {
        guard room > 0 else { return isFull = true }
        room -= 1
        entries.append(entry)
    }

    /// Notes that an entry was left out.
    mutating func leaveOut(_ flaw: SitemapFlaw, isMistake: Bool) {
        leftOut += 1
        if self.flaw == nil { self.flaw = flaw }
        if isMistake { hasMistakes = true }
    }

    /// Takes the entries that were read since they were last taken.
    mutating func takeEntries() -> [SitemapEntry] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries
    }

    /// Goes on with entries of its own, where a copy keeps those before.
    mutating func setEntriesAside() { entries = [] }

    /// Puts entries that were set aside before its own.
    mutating func follow(_ before: [SitemapEntry]) { entries = before + entries }
}
