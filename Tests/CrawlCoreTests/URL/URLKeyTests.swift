import CrawlCore
import Testing

/// The key of a request. It is stored: a key that changes would lose every duplicate of a run that goes on.
@Suite struct URLKeyTests {
    /// Made by another program from the definition: FNV-1a 64 of `method 0xFF url 0xFF`, xor salt times
    /// 0x9e3779b97f4a7c15, SplitMix64's finish; before its upper 52 bits the lower 12 of the same of all before the path.
    private static let known: [(method: String, url: String, salt: UInt64, key: Int64)] = [
        ("GET", "", 0, -262_704_292_427_598_220),
        ("GET", "http://example.com/", 0, 6_566_859_516_483_811_540),
        ("GET", "http://example.com/", 1, 6_566_852_071_792_776_433),
        ("POST", "http://example.com/", 0, -7_526_595_042_638_199_721),
        ("GET", "https://xn--bcher-kva.example/a?b=c%20d", 0, -8_267_185_142_138_849_299),
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

    @Test func `URLs that differ in a digit spread over the range of their host`() {
        let keys = (0..<4_096).map { URLKey(method: "GET", url: "http://a/page/\($0)").rawValue }

        // Of 4,096 balls in 256 boxes none should be empty, and none hold many times its share.
        let boxes = Dictionary(grouping: keys) { $0 >> 44 & 0xff }.mapValues(\.count)
        #expect(Set(keys).count == 4_096)
        #expect(boxes.count == 256)
        #expect(boxes.values.allSatisfy { $0 < 48 })
    }

    @Test func `the keys of a host lie together, and hosts spread over the whole range`() {
        func part(_ url: String) -> Int64 { URLKey(method: "GET", url: url).rawValue >> 52 }
        let parts = (0..<1_000).map { part("http://h\($0)/") }

        #expect(Set(["/", "/a", "/b//c", "/?d", "//"].map { part("http://h7\($0)") }) == [parts[7]])
        #expect(part("http://h7:81/") != parts[7])
        #expect(Dictionary(grouping: parts) { $0 >> 4 }.count > 200)
        #expect(Set(parts).count > 800)
    }
}
