import CrawlCore
import Testing

@testable import CrawlFetch

/// Bodies of pages, one after another, without a loop or a server.
@Suite struct PageReaderTests {
    @Test func `a body that is longer than what may be kept is not kept at all`() throws {
        let reader = try PageReader.forTests {
            $0.keepBody = .all
            $0.limits.body = 10
        }
        reader.begin(contentType: "text/plain", fields: nil)

        for _ in 0..<2 { Array("1234567".utf8).withUnsafeBytes { reader.feed($0) } }

        #expect(reader.keptBody == nil)
    }

    @Test func `what is no page is not scanned, whatever the page before was`() throws {
        let reader = try PageReader.forTests()
        reader.begin(contentType: "text/html", fields: nil)
        Array("<title>A</title>".utf8).withUnsafeBytes { reader.feed($0) }
        #expect(reader.isScanned)
        reader.end()

        reader.begin(contentType: "image/png", fields: nil)

        #expect(!reader.isScanned)
        #expect(reader.contentType == "image/png")
    }

    @Test func `pages that need the same are read by the same scanner`() throws {
        let reader = try PageReader.forTests()
        reader.begin(contentType: "text/html", fields: nil)
        let first = reader.scanner

        reader.begin(contentType: "text/html", fields: nil)

        #expect(reader.scanner === first)
        #expect(reader.extractor == nil)
    }

    @Test func `a page with fields of its own gets another scanner, and the next one the first again`() throws
    {
        let reader = try PageReader.forTests()
        reader.begin(contentType: "text/html", fields: nil)
        let first = reader.scanner

        let fields = [ExtractionField(name: "h1", source: .xpath("//h1"))]
        reader.begin(contentType: "text/html", fields: fields)
        let second = reader.scanner
        #expect(reader.extractor != nil)
        reader.begin(contentType: "text/html", fields: nil)
        #expect(reader.scanner === first)
        reader.begin(contentType: "text/html", fields: fields)

        #expect(second !== first)
        #expect(reader.scanner === second)
    }

    @Test func `a reply in JSON is kept only where the job keeps replies`() throws {
        let with = try PageReader.forTests(keepsReplies: true)
        let without = try PageReader.forTests()

        with.begin(contentType: "application/json", fields: nil)
        without.begin(contentType: "application/json", fields: nil)
        #expect(with.keepsReply)
        #expect(!without.keepsReply)
        with.begin(contentType: "text/html", fields: nil)

        #expect(!with.keepsReply)
    }
}

extension PageReader {
    /// A reader for the pages of a job.
    static func forTests(
        keepsReplies: Bool = false, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> PageReader {
        var spec = JobSpec(name: "job")
        change(&spec)
        let policy = FetchPolicy(spec, userAgent: "test-agent", keepsReplies: keepsReplies)
        return PageReader(policy, fields: try policy.compileFields())
    }
}
