import CrawlCore
import Extract
import Testing

/// What is taken out of replies while they come.
@Suite struct ItemReaderTests {
    private struct Found: Equatable {
        var items: [String] = []
        var keys: [String?] = []
        var values: [String: String] = [:]
        var fault: String?
    }

    /// Reads a body in pieces of one size.
    private func read(
        _ body: String, _ format: ItemSelection.Format, key: String? = nil, paths: [String] = [],
        piece: Int = 1 << 20
    ) -> Found {
        var found = Found()
        let reader = ItemReader(ItemSelection(format, key: key), paths: paths, keepsLast: false) {
            value, key in
            found.items.append(String(decoding: value, as: UTF8.self))
            found.keys.append(key)
            return true
        }
        let bytes = Array(body.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(start + piece, bytes.count)
            guard bytes[start..<end].withUnsafeBytes({ reader.feed($0) }) else { break }
            start = end
        }
        reader.finish()
        found.fault = reader.fault
        for path in paths { found.values[path] = reader.value(at: path)?.json }
        return found
    }

    private let page = #"""
        {"meta": {"next": "a\u00e9\"b", "n": 12345678901234567890}, "data": [
          {"id": 1, "x": [1, 2, {"data": [7]}]}, {"id": "b", "y": {"data": []}}, null, -1.5e3, "s,]}", [] ],
         "done": false, "meta": {"next": "second"}, "last": [{"sort": [1]}, {"sort": [2, "z"]}]}
        """#

    @Test(arguments: [1, 2, 3, 7, 64, 1_000])
    func `items and values come out however the body is cut`(piece: Int) {
        let found = read(
            page, .json("$.data[*]"), key: "$.id",
            paths: ["$.meta.next", "$.meta.n", "$.done", "$.last[-1].sort", "$.nothing", "$['data'][1].id"],
            piece: piece)

        #expect(found.fault == nil)
        #expect(
            found.items == [
                #"{"id": 1, "x": [1, 2, {"data": [7]}]}"#, #"{"id": "b", "y": {"data": []}}"#, "null",
                "-1.5e3",
                #""s,]}""#, "[]",
            ])
        #expect(found.keys == ["1", "b", nil, nil, nil, nil])
        #expect(
            found.values == [
                "$.meta.next": #""a\u00e9\"b""#, "$.meta.n": "12345678901234567890", "$.done": "false",
                "$.last[-1].sort": #"[2, "z"]"#, "$['data'][1].id": #""b""#,
            ])
    }

    @Test(arguments: [
        ("[1,2]", "$[*]", 2), ("[]", "$[*]", 0), (#"{"a":null}"#, "$.a[*]", 0),
        (#"{"a":[[1],[2,3]]}"#, "$.a[*][*]", 3), ("7", "$", 1), (#"{"b":1}"#, "$.a[*]", 0),
    ])
    func `a list may be anywhere, or not be there`(body: String, path: String, count: Int) {
        #expect(read(body, .json(path)).items.count == count)
        #expect(read(body, .json(path)).fault == nil)
    }

    @Test(arguments: [
        (#"{"data": {"a": 1}}"#, "a list of items was expected, not an object"),
        (#"{"data": "x"}"#, "a list of items was expected, not a text"),
        (#"{"data": 1}"#, "a list of items was expected, not a number or truth value"),
        (#"{"data": [1, 2"#, "it ends within a value"), ("", "it has no value"),
        (#"{"data": [01]}"#, "no number is written so"),
        (#"{"data": [nul]}"#, "no value is written so"),
        (#"{"data": [1]} x"#, "the value is over, and more follows"),
        (#"{"data" [1]}"#, "\":\" is missing"),
        (#"{"data": [1 2]}"#, "\",\" or the end of the list or object is missing"),
        (#"{"data": ["\x"]}"#, "no escape begins so in a string"),
        ("{\"data\": [\"\u{1}\"]}", "a control character stands in a string without an escape"),
        ("<html>", "no value begins so"), (#"{"data": [1,]}"#, "no value begins so"),
        (#"{data: 1}"#, "a name in quotes was expected"),
    ])
    func `a body that is none is a fault with its reason`(body: String, reason: String) {
        for piece in [1, 3, 1_000] {
            let fault = read(body, .json("$.data[*]"), piece: piece).fault
            #expect(fault?.hasSuffix(reason) == true, "\(body): \(fault ?? "nothing")")
        }
    }

    @Test func `deep nesting is a fault and no crash`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(read(deep, .json("$[*]")).fault?.contains("nested deeper than 512") == true)
        #expect(read("[\(deep)", .ndjson).fault?.contains("nested deeper") == true)
    }

    @Test func `an item that is too long is a fault`() {
        let long = "[\"\(String(repeating: "x", count: 9 << 20))\"]"
        #expect(
            read(long, .json("$[*]"), piece: 1 << 16).fault?.contains("longer than 8388608 bytes") == true)
    }

    // MARK: Lines

    @Test(arguments: [1, 4, 100])
    func `each line is an item, whatever ends it`(piece: Int) {
        let found = read("{\"id\":1}\r\n\n  \n[2]\n\"x\"", .ndjson, key: "$.id", piece: piece)
        #expect(found == Found(items: ["{\"id\":1}", "[2]", "\"x\""], keys: ["1", nil, nil]))
    }

    @Test func `a bad line is a fault with its number`() {
        #expect(read("1\n{\n3", .ndjson).fault?.hasPrefix("line 2 is not JSON") == true)
    }

    // MARK: CSV

    @Test(arguments: [1, 5, 1_000])
    func `rows of CSV are objects`(piece: Int) {
        let body = "id;name;note\r\n1;\"a;\r\n\"\"b\"\"\";\r\n2;x;y\n"
        let found = read(body, .csv(delimiter: UInt8(ascii: ";"), charset: nil), key: "id", piece: piece)
        #expect(
            found
                == Found(
                    items: [
                        #"{"id":"1","name":"a;\u000d\n\"b\"","note":""}"#,
                        #"{"id":"2","name":"x","note":"y"}"#,
                    ], keys: ["1", "2"]))
    }

    @Test(arguments: [
        ("a,b\n1\n", "line 2 has 1 fields, and the first row has 2"),
        ("a,b\n1,2,3\n", "line 2 has 3 fields, and the first row has 2"),
        ("a,a\n", "two columns have the name \"a\""), ("a,\n", "column 2 has no name"),
        ("a\n\"x", "a quote is not closed"),
        ("a\n\"x\"y\n", "text follows the end of a quoted field"),
        ("a\nx\"y\n", "a quote stands within a field without quotes"),
        ("", "it has no row with names"), ("b,c\n1,2\n", "no column has the name \"id\"; there are b, c"),
    ])
    func `a row that is not as the first is a fault`(body: String, reason: String) {
        let key = reason.contains("\"id\"") ? "id" : nil
        let fault = read(body, .csv(delimiter: UInt8(ascii: ","), charset: nil), key: key).fault
        #expect(fault?.contains(reason) == true, "\(fault ?? "nothing")")
    }

    // MARK: Events

    @Test(arguments: [1, 3, 1_000])
    func `events end with a blank line, and the stream where the job says`(piece: Int) {
        let body =
            ": hello\rdata: {\"a\":1}\r\n\r\nevent: x\ndata: one\ndata:two\nid: 7\n\ndata\n\ndata: [DONE]\n\ndata: no\n\n"
        let found = read(body, .events(until: "[DONE]"), key: "$.id", piece: piece)
        #expect(
            found.items == [
                #"{"event":"message","data":{"a":1}}"#, #"{"event":"x","data":"one\ntwo","id":"7"}"#,
                #"{"event":"message","data":"","id":"7"}"#,
            ])
        #expect(read("data: cut", .events(until: nil)).items == [])
    }

    // MARK: Paths

    @Test(arguments: ["$..a", "a", "$[?@.a]", "$[-2]"])
    func `a path that cannot be followed while a body comes is refused`(path: String) {
        #expect(ItemReader.fault(inPath: path, isOfItems: false) != nil)
    }

    @Test func `a place that is written to is of names and indexes`() {
        #expect(ItemReader.place("$.a[0]['b c']") == [.name("a"), .index(0), .name("b c")])
        for path in ["$", "$.a[*]", "$.a[-1]", "x"] { #expect(ItemReader.place(path) == nil) }
    }
}
