import CrawlCore
import JobFile
import Testing

/// YAML itself: what is read, what is refused, and where the mistake is said to be.
@Suite struct YAMLTests {
    @Test(arguments: [
        ("", "1:1: the file is empty; write at least urls: [\"https://example.org/\"]"),
        ("# nothing\n", "1:1: the file is empty; write at least urls: [\"https://example.org/\"]"),
        ("- a", "1:1: a job file is a mapping of keys to values, such as urls: [...]"),
        ("text", "1:1: a job file is a mapping of keys to values, such as urls: [...]"),
        ("\n\n*a", "3:1: \"*a\" is an alias, and no anchor &a stands before it; put a text in quotes"),
        (
            "urls: [http://a/]\n---\nurls: [http://b/]",
            "2:1: a second document begins here; put each job in a file of its own"
        ),
        (
            "urls: [http://a/\ndelay: 1s",
            "2:6: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1"
        ),
        (
            "urls:\n\t- http://a/",
            "2:1: not valid YAML: found character that cannot start any token while scanning for the next token that begins in line 2"
        ),
        (
            "urls: [\"http://a/]",
            "1:19: not valid YAML: found unexpected end of stream while scanning a quoted scalar that begins in line 1"
        ),
        (
            "urls: [http://a/]\nname: a\u{0}b",
            "2:8: the character U+0000 is not allowed in YAML; remove it, or write \"\\u0000\""
        ),
        ("urls: !foo [http://a/]", "1:7: the tag !foo means nothing here; remove it"),
        (
            "urls: [http://a/]\nbatch_size: !!int \"5\"",
            "2:13: the tag tag:yaml.org,2002:int means nothing here; remove it"
        ),
        ("[urls]: [http://a/]", "1:1: a key is a text; this is a list, a mapping or an alias"),
        ("urls: [*]", "1:8: \"*\" is an alias, and no anchor & stands before it; put a text in quotes"),
        (
            "urls: &a [*a]",
            "1:11: \"*a\" is an alias, and no anchor &a stands before it; put a text in quotes"
        ),
    ])
    func `a text that is not one mapping is refused with line and column`(yaml: String, message: String) {
        #expect(mistake(yaml) == "/jobs/docs.yaml:\(message)")
    }

    @Test(arguments: [
        (
            "urls: [http://a/]\ndelay: 1s\nurls: [http://b/]",
            "3:1: urls: the key is given twice, first in line 1; remove one of them"
        ),
        (
            "urls: [http://a/]\nretry:\n  delay: 1s\n  attempts: 2\n  \"delay\": 2s",
            "5:3: retry.delay: the key is given twice, first in line 3; remove one of them"
        ),
        (
            "retry:\n  'a': 1\n  a: 2\n  a: 3\nurls: 1\nurls: 2",
            "3:3: retry.a: the key is given twice, first in line 2; remove one of them"
        ),
        (
            "{\"urls\": [], \"urls\": []}",
            "1:15: urls: the key is given twice, first in line 1; remove one of them"
        ),
    ])
    func `a key that is given twice is reported where it comes again`(yaml: String, message: String) {
        #expect(mistake(yaml) == "/jobs/docs.yaml:\(message)")
    }

    @Test(arguments: ["\u{FEFF}", "---\n", "%YAML 1.1\n---\n", "# comment\r\n\r\n", "\u{FEFF}# x\n"])
    func `what may stand before the mapping is skipped`(start: String) throws {
        #expect(try job("\(start)urls: [http://a/]\r\ndelay: 1s\r\n").spec.delay == .seconds(1))
    }

    @Test func `CRLF counts as one line`() {
        #expect(mistake("urls: [http://a/]\r\n\r\ndelay: 1\r\n").hasPrefix("/jobs/docs.yaml:3:8: delay: "))
    }

    @Test func `anchors are resolved`() throws {
        let yaml = """
            timeouts: {connect: &short 5s, read: *short, total: *short}
            request: {headers: {a: &value "*x", b: *value}}
            urls: &urls [http://a/, &b "http://b/*", *b]
            """

        let document = try job(yaml)

        #expect(document.spec.timeouts.total == .seconds(5))
        #expect(document.spec.urls == ["http://a/", "http://b/*", "http://b/*"])
        #expect(
            document.json
                == #"{"name":"docs","timeouts":{"connect":"5s","read":"5s","total":"5s"},"#
                + #""request":{"headers":{"a":"*x","b":"*x"}},"urls":["http://a/","http://b/*","http://b/*"]}"#
        )
    }

    @Test func `a merge adds the keys that the mapping has not`() throws {
        let yaml = """
            concurrency: &c {total: 8, per_host: 4}
            urls: [http://a/]
            request: {headers: {x: a, <<: [{y: b}, {x: c, y: d, z: e}]}}
            """

        #expect(
            try job(yaml).spec.request.headers.map { "\($0.name)=\($0.value)" } == ["x=a", "y=b", "z=e"])
        #expect(mistake("urls: [http://a/]\n<<: 5").contains("<< takes a mapping"))
    }

    @Test func `aliases of aliases cannot blow up`() {
        var yaml = "urls: [http://a/]\nrequest:\n  headers:\n    a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            yaml += "    a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(mistake(yaml).contains("stand for more than 1000000 values"))
    }

    @Test func `aliases of a long text cannot fill the memory`() {
        let long = String(repeating: "x", count: 1_000_000)
        let aliases = Array(repeating: "*a", count: 100).joined(separator: ",")
        #expect(mistake("urls: [&a \(long),\(aliases)]").contains("stand for more than 1000000 values"))
    }

    @Test func `aliases of aliases in keys cannot blow up`() {
        var yaml = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            yaml += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(mistake(yaml + "? *a30\n: x\n? [*a30]\n: x").hasPrefix("/jobs/docs.yaml:"))
    }

    @Test(arguments: [65, 900, 100_000])
    func `nesting is bounded`(depth: Int) {
        let open = String(repeating: "[", count: depth)
        let close = String(repeating: "]", count: depth)
        #expect(
            mistake("urls: \(open)\(close)").hasSuffix("nested more than 64 levels deep; write it flatter"))
    }

    @Test func `aliases cannot nest deeper than brackets`() {
        var yaml = "a0: &a0 [x]\n"
        for level in 1...100 { yaml += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(mistake(yaml).contains("nested more than 64 levels deep"))
    }

    @Test func `twenty thousand URLs in one file are read`() throws {
        let yaml = "urls:\n" + (0..<20_000).map { "  - http://a/\($0)\n" }.joined()
        #expect(try job(yaml).spec.urls.count == 20_000)
    }
}
