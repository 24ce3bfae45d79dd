import CrawlCore
import Testing

/// Texts that nobody would write: whatever parses must be sound.
@Suite struct URLMutationTests {
    private static let seeds = [
        "http://me:pw@example.com:8080/a/../b?c=d&e#f", "https://[2001:db8::1]:443/%2e%2E/x",
        "http://0x7f.1/",
        "file:///C|/a/../b", "foo:/.//a/../b", "mailto:me@example.com ?x #y", "//bücher.example/ü?ü#ü",
        "../../a\\b;c/./d?e'f", "http://xn--bcher-kva.é./", "http://-é.♥.אב:1/", "ws:\\\\h\\..\\?#",
        "data:,a b ",
    ]

    private static let spice = Array("/\\?#@:[]%.|2eE0x19-\t\n aZ\u{0}é♥א。".utf8)

    private func mutated(_ text: String, with generator: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let byte = Self.spice[Int.random(in: 0..<Self.spice.count, using: &generator)]
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = byte
            default: bytes.insert(contentsOf: bytes[..<place].suffix(5), at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `whatever parses is ASCII and parses to itself with the same parts`() throws {
        var generator = SeededGenerator(state: 20_260_801)
        let texts = Self.seeds + URLCorpus.rows.map(\.input)
        let bases = try ["http://h:81/a/b?c", "foo:/.//a", "file:///C:/a", "mailto:x"].map {
            try WebURL(parsing: $0)
        }
        var parsed = 0
        for round in 0..<60 {
            for text in texts {
                let input = mutated(text, with: &generator)
                let base = bases[round % bases.count]
                guard let url = try? WebURL(parsing: input, base: base) else { continue }
                parsed += 1

                let again = try? WebURL(parsing: url.href)

                #expect(url.href.utf8.allSatisfy { $0 < 0x80 })
                #expect(again?.href == url.href, "\(input.debugDescription) against \(base)")
                #expect(again?.host == url.host && again?.port == url.port, "\(input.debugDescription)")
                #expect(again?.path == url.path && again?.query == url.query, "\(input.debugDescription)")
                #expect(again?.username == url.username && again?.password == url.password)
                #expect(again?.fragment == url.fragment)
            }
        }
        #expect(parsed > texts.count)
    }

    @Test func `a URL of many megabytes is parsed in one pass`() throws {
        let dots = String(repeating: "a/../", count: 400_000)

        #expect(try WebURL(parsing: "http://h/\(dots)").href == "http://h/")
    }
}
