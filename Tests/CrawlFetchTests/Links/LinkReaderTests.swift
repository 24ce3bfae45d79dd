import CrawlCore
import HTMLScan
import Testing

@testable import CrawlFetch

/// Which of the URLs of a page are checked, and which of them are read.
@Suite struct LinkReaderTests {
    /// Whether a sheet that a sheet at a depth imports is read for what it refers to.
    private func readsImport(of sheet: Int, hops: Int) throws -> Bool? {
        var spec = JobSpec(name: "job")
        spec.keepsLinks = true
        spec.check = JobSpec.Check()
        spec.limits.trap.hops = hops
        var reader = try #require(try LinkReader(spec))
        let page = try WebURL(parsing: "http://site.test/\(sheet).css")
        let next = PageReference(.asset, element: "", attribute: "@import", url: "\(sheet + 1).css")
        let source = LinkReader.Source(
            page: page, base: page, depth: sheet,
            found: [CountedReference(reference: next, line: 1, count: 1)], isCut: false, places: nil)
        return reader.read(source, followed: []) { _ in true }.checks.first?.readsPlaces
    }

    @Test func `sheets that import one another for ever are not read for ever`() throws {
        #expect(try readsImport(of: 98, hops: 100) == true)
        #expect(try readsImport(of: 99, hops: 100) == true)
        #expect(try readsImport(of: 100, hops: 100) == false)
        #expect(try readsImport(of: 1_000, hops: 0) == true)
    }
}
