import CrawlCore
import Testing

/// Cases that no one here wrote. Skipped where they are not at hand.
@Suite(.enabled(if: !URLCorpus.rows.isEmpty, URLCorpus.isMissing))
struct URLCorpusTests {
    /// What a row gives: the serialised URL, or `nil` where it or its base does not parse.
    private func href(of row: URLCorpusRow) -> String? {
        do {
            let base = try row.base.map { base throws(WebURL.ParseFailure) in try WebURL(parsing: base) }
            return try WebURL(parsing: row.input, base: base).href
        } catch {
            return nil
        }
    }

    private func misses(of rows: [URLCorpusRow]) -> Int {
        var misses = 0
        for row in rows {
            let href = href(of: row)
            guard href != row.href else { continue }
            misses += 1
            print(
                "miss \(row.id): \(row.input.debugDescription) against \(row.base ?? "nothing") gives",
                "\(href ?? "nothing"), not \(row.href ?? "nothing")")
        }
        return misses
    }

    @Test func `every text that could be a link resolves as in a browser`() {
        let rows = URLCorpus.rows.filter(\.linkLike)

        let misses = misses(of: rows)

        print("link-like URLs: \(rows.count - misses) of \(rows.count)")
        #expect(misses == 0)
    }

    @Test func `every other text parses as in a browser`() {
        let rows = URLCorpus.rows.filter { !$0.linkLike }

        let misses = misses(of: rows)

        print("other URLs: \(rows.count - misses) of \(rows.count)")
        #expect(misses == 0)
    }

    @Test func `a serialised URL parses to itself`() throws {
        for row in URLCorpus.rows {
            guard let href = row.href else { continue }

            #expect(try WebURL(parsing: href).href == href)
        }
    }
}
