/// How many pages have each title. It knows so many different titles at most, so that a run of any size has room.
struct TitleTally {
    /// How many different titles are told apart.
    static let limit = 200_000

    private struct Title {
        var pages: Int64
        let text: String
        let url: String
    }

    private var titles: [String: Title] = [:]
    /// Pages whose titles came when there were too many already.
    private(set) var leftOut: Int64 = 0

    /// - Parameters:
    ///   - title: a title, cut.
    ///   - url: a page that has it.
    mutating func add(_ title: String, of url: String) {
        if titles[title] != nil {
            titles[title]?.pages += 1
        } else if titles.count < Self.limit {
            titles[title] = Title(pages: 1, text: title, url: url)
        } else {
            leftOut += 1
        }
    }

    /// Titles that several pages have, those of the most pages first.
    var duplicates: [(title: String, pages: Int64, url: String)] {
        titles.values.filter { $0.pages > 1 }.map { ($0.text, $0.pages, $0.url) }
            .sorted { ($1.pages, $0.title) < ($0.pages, $1.title) }
    }
}

/// The rows with the largest numbers, and no more than so many.
struct LargestRows<Row> {
    private let limit: Int
    private(set) var rows: [(number: Int64, row: Row)] = []

    init(_ limit: Int) { self.limit = limit }

    /// Adds a row where it is among the largest. Of equal ones the first come first.
    mutating func add(_ number: Int64, _ row: @autoclosure () -> Row) {
        if rows.count == limit, let last = rows.last, number <= last.number { return }
        // The first place whose number is smaller.
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].number >= number { low = middle + 1 } else { high = middle }
        }
        rows.insert((number, row()), at: low)
        if rows.count > limit { rows.removeLast() }
    }
}
