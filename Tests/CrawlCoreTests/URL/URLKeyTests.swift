import CrawlCore
import Testing

/// The key of a request. It is stored: a key that changes would lose every duplicate of a run that goes on.
@Suite struct URLKeyTests {
    /// Made by another program from the definition: FNV-1a 64 of `method 0xFF url 0xFF`, xor salt times
    /// 0x9e3779b97f4a7c15, SplitMix64's finish.
    private static let known: [(method: String, url: String, salt: UInt64, key: Int64)] = [
        ("GET", "", 0, -6_125_625_508_288_313_602),
        ("GET", "http://example.com/", 0, 2_503_720_049_165_811_859),
        ("GET", "http://example.com/", 1, 2_473_226_594_686_014_015),
        ("POST", "http://example.com/", 0, -4_423_947_477_405_306_192),
        ("GET", "https://xn--bcher-kva.example/a?b=c%20d", 0, 5_831_777_130_010_038_796),
    ]

    @Test(arguments: known) func `a key never changes`(method: String, url: String, salt: UInt64, key: Int64)
    {
        #expect(URLKey(method: method, url: url, salt: salt).rawValue == key)
    }

    @Test func `the method matters`() {
        #expect(URLKey(method: "GET", url: "http://a/") != URLKey(method: "HEAD", url: "http://a/"))
    }

    @Test func `where the method ends and the URL begins matters`() {
        #expect(URLKey(method: "GET", url: "Thttp://a/") != URLKey(method: "GETT", url: "http://a/"))
    }

    @Test func `each salt gives another key`() {
        let keys = (0..<1_000).map { URLKey(method: "GET", url: "http://a/", salt: $0).rawValue }

        #expect(Set(keys).count == 1_000)
    }

    @Test func `URLs that differ in a digit spread over the whole range`() {
        let keys = (0..<4_096).map { URLKey(method: "GET", url: "http://a/page/\($0)").rawValue }

        // Of 4,096 balls in 256 boxes none should be empty, and none hold many times its share.
        let boxes = Dictionary(grouping: keys) { $0 >> 56 }.mapValues(\.count)
        #expect(Set(keys).count == 4_096)
        #expect(boxes.count == 256)
        #expect(boxes.values.allSatisfy { $0 < 48 })
    }
}
