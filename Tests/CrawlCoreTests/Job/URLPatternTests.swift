import CrawlCore
import Testing

@Suite struct URLPatternTests {
    @Test(arguments: [
        ("https://example.org/", ["https://example.org/"]),
        ("", [""]),
        ("p[1-3]", ["p1", "p2", "p3"]),
        ("p[8-11]", ["p8", "p9", "p10", "p11"]),
        ("p[08-11]", ["p08", "p09", "p10", "p11"]),
        ("p[001-10:3]", ["p001", "p004", "p007", "p010"]),
        ("p[0-0]", ["p0"]),
        ("p[1- 2]", ["p1", "p2"]),
        ("[a-c]", ["a", "b", "c"]),
        ("[A-G:3]", ["A", "D", "G"]),
        ("[q-q]x", ["qx"]),
        ("{a,bb}", ["a", "bb"]),
        ("{one}", ["one"]),
        ("x{,y}", ["x", "xy"]),
        ("{a\\,b,c\\}}", ["a,b", "c}"]),
        ("{a,b}[1-2]", ["a1", "a2", "b1", "b2"]),
        ("[a-b]-{x,y}-[1-2]", ["a-x-1", "a-x-2", "a-y-1", "a-y-2", "b-x-1", "b-x-2", "b-y-1", "b-y-2"]),
        ("a\\[1-2\\]\\{b\\}", ["a[1-2]{b}"]),
        ("a\\b\\\\c", ["a\\b\\\\c"]),
        ("http://[::1]/?a[]=[1-2]", ["http://[::1]/?a[]=1", "http://[::1]/?a[]=2"]),
        ("http://[::1]/[1-2]", ["http://[::1]/1", "http://[::1]/2"]),
        ("http://[2001:DB8::192.0.2.1]:80/", ["http://[2001:DB8::192.0.2.1]:80/"]),
        ("http://[fe80::1%25eth0]/", ["http://[fe80::1%25eth0]/"]),
        ("ünï[1-2]ß", ["ünï1ß", "ünï2ß"]),
    ])
    func `a pattern stands for its URLs with the last range varying fastest`(
        pattern: String, urls: [String]
    ) throws {
        #expect(try Array(URLPattern(pattern)) == urls)
    }

    @Test(arguments: [
        ("a[", 1), ("a[x]", 1), ("a[1]", 1), ("a[1-]", 1), ("a[-1]", 1), ("a[5-1]", 1), ("a[1-5", 1),
        ("a[1-5:]", 1), ("a[1-5:0]", 1), ("a[1-5:9]", 1), ("a[1-1:2]", 1), ("a[1-5x]", 1), ("a[1 -5]", 1),
        ("a[z-a]", 1), ("a[a-Z]", 1), ("a[Z-a]", 1), ("a[a-5]", 1), ("a[a-c:9]", 1), ("a[ab]", 1),
        ("a[1-99999999999999999999]", 1), ("a[0-18446744073709551615]", 1), ("q?a[0]=1", 3),
        ("a]", 1), ("ab}", 2), ("a{", 1), ("a{b", 1), ("a{}", 1), ("a{b,{c}}", 4), ("a{b[1-2]}", 3),
        ("a{b]}", 3), ("http://[::1/", 7), ("[1:2]", 0),
    ])
    func `a bracket that is no legal range is refused where it stands`(
        pattern: String, position: Int
    ) throws {
        let error = #expect(throws: URLPatternError.self) { try URLPattern(pattern) }
        #expect(error?.position == position)
    }

    @Test func `the message for a bracket says how to escape it`() {
        let error = #expect(throws: URLPatternError.self) { try URLPattern("https://example.org/?a[0]=1") }
        #expect(
            error?.description
                == "\"[0]\" is not a range; write [1-50], [001-100:3] or [a-z], or \\[ for the character itself (at byte 23)"
        )
    }

    @Test func `a hundred million URLs are counted and reached without being made`() throws {
        let pattern = try URLPattern("https://example.org/[1-100000000]")

        #expect(pattern.count == 100_000_000)
        #expect(pattern.first == "https://example.org/1")
        #expect(pattern.last == "https://example.org/100000000")
        #expect(pattern[41_999_999] == "https://example.org/42000000")
    }

    @Test func `the largest number of a range is reached without overflow`() throws {
        let pattern = try URLPattern("[18446744073709551614-18446744073709551615]")

        #expect(Array(pattern) == ["18446744073709551614", "18446744073709551615"])
    }

    @Test func `ranges that multiply beyond what can be counted are refused`() {
        let error = #expect(throws: URLPatternError.self) {
            try URLPattern("[1-10000000000][1-10000000000]")
        }
        #expect(error?.message.contains("too many URLs") == true)
    }

    @Test func `more than a hundred parts are refused`() throws {
        let hundred = String(repeating: "[1-1]", count: 100)

        #expect(try URLPattern(hundred).count == 1)
        #expect(throws: URLPatternError.self) { try URLPattern(hundred + "x") }
    }
}
