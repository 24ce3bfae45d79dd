import HTMLScan
import Testing

/// Pages that are made to fill memory, or to take time.
@Suite(.timeLimit(.minutes(15))) struct HostileReferenceTests {
    private func scan(_ page: String) throws -> PageReferences {
        let scanner = PageScanner(.references)
        _ = scanner.title(of: page, pieces: 16 << 10)
        return try #require(scanner.references)
    }

    @Test func `a page of very many links keeps 100,000 and says so`() throws {
        let found = try scan((0..<100_100).map { "<a href=#\($0)>" }.joined())
        #expect(found.references.count == 100_000)
        #expect(found.isCutShort)
    }

    @Test func `the same link any number of times is one`() throws {
        let found = try scan(String(repeating: "<a href=#i>", count: 20_000))
        #expect(found.references.map(\.count) == [20_000])
        #expect(!found.isCutShort)
    }

    @Test func `long links do not fill the memory`() throws {
        let found = try scan(
            (0..<1200).map { "<a href='\($0)\(String(repeating: "x", count: 8000))'>" }.joined())
        #expect(found.references.count < 1100)
        #expect(found.isCutShort)
    }

    @Test func `a URL of one MiB is cut`() throws {
        let long = String(repeating: "x", count: 1_000_000)
        let found = try scan("<a href='\(long)'></a><img src='data:,\(long)'><a href=y>")
        #expect(found.references.map(\.reference.isCutOff) == [true, true, false])
        #expect(found.references.map(\.reference.url.utf8.count) == [PageReference.urlLimit, 128, 1])
        #expect(!found.isCutShort)
    }

    @Test func `a tag that is longer than is kept loses attributes and says so`() throws {
        let found = try scan(
            "<img srcset='data:,\(String(repeating: "x", count: 5 << 20))' src=x id=i><a href=y>")
        #expect(found.references.map(\.reference.url) == ["y"])
        #expect(found.isCutShort)
        #expect(found.ids.isCutShort)
    }

    @Test func `a srcset has at most 1,000 candidates`() throws {
        let found = try scan(
            "<img alt='\(String(repeating: "a", count: 9000))' srcset='\((0..<100_000).map { "\($0), " }.joined())'>"
        )
        #expect(found.references.count == 1000)
        #expect(found.isCutShort)
    }

    @Test func `very many ids are kept up to a limit`() throws {
        let many = try scan((0..<100_100).map { "<p id=\($0)>" }.joined()).ids
        #expect(many.hashes.count == ElementIDs.limit)
        #expect(many.isCutShort)
        #expect(many.hashes == many.hashes.sorted())
        let same = try scan(String(repeating: "<p id=i>", count: 20_000)).ids
        #expect(same.hashes == [ElementIDs.hash("i")])
        #expect(!same.isCutShort)
    }

    @Test func `documents within documents end somewhere`() throws {
        var page = "<a href=x>"
        for _ in 0..<6 {
            page =
                "<iframe srcdoc=\"" + page.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
                + "\">"
        }
        let found = try scan(page)
        #expect(found.references.isEmpty)
        #expect(found.isCutShort)
    }

    @Test(arguments: ["url(", "@import ", "\"", "url(\"\\", "\\", "image-set(", "/*", "url(x) "])
    func `style sheets are read in linear time`(unit: String) throws {
        let css = String(repeating: unit, count: (1 << 18) / unit.utf8.count)
        for page in ["<style>\(css)</style><a href=y>", "<p style='\(css)'><a href=y>"] {
            #expect(try scan(page).references.last?.reference.url == "y")
        }
    }

    @Test func `very many meta elements and texts without end are bounded`() throws {
        let metas = try scan(String(repeating: "<meta http-equiv=refresh content='0;url=x'>", count: 20_000))
        #expect(metas.references.map(\.count) == [20_000])
        let text = try scan("<a href=x>" + String(repeating: "<p>text & ", count: 20_000))
        #expect(text.references.first?.reference.text.unicodeScalars.count == 200)
    }
}
