import CrawlCore
import Foundation
import Glibc
import JobFile
import Testing

@Suite struct URLListReaderTests {
    private func lines(_ bytes: some Sequence<UInt8>) throws -> [URLListReader.Line] {
        let file = try TemporaryFile(bytes, name: "list.txt")
        var reader = try URLListReader(path: file.path)
        var lines: [URLListReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\r\n\r\nc", ["a", "b", "", "c"]),
        ("a\n\n\nb\n", ["a", "", "", "b"]), ("a\u{0}b\n", ["a\u{0}b"]),
        ("a\rb\r\rc\n\rd", ["a", "b", "", "c", "", "d"]), ("a\r", ["a"]), ("\r\n\r\n", ["", ""]),
        ("ü\n", ["ü"]),
    ])
    func `lines come with their numbers`(text: String, expected: [String]) throws {
        let lines = try lines(text.utf8)

        #expect(lines.map(\.text) == expected)
        #expect(lines.map(\.number) == Array(1..<(expected.count + 1)))
    }

    @Test func `what is not UTF-8 is repaired`() throws {
        #expect(try lines([0x61, 0xFF, 0x62, 0x0A, 0x63]).map(\.text) == ["a\u{FFFD}b", "c"])
    }

    @Test(arguments: [65_536, 1_048_575, 1_048_576, 1_048_577, 1_048_578, 1_114_112, 2_200_000])
    func `a line over 1 MiB is cut and the rest is read on`(length: Int) throws {
        let long = String(repeating: "x", count: length)

        for end in ["\nb\n", "\nb", "\r\nb"] {
            let lines = try lines("a\n\(long)\(end)".utf8)

            #expect(lines.map(\.isTooLong) == [false, length > 1_048_576, false])
            #expect(lines.map(\.number) == [1, 2, 3])
            #expect(lines.map(\.text.utf8.count) == [1, min(length, 1_048_576), 1])
        }
    }

    @Test func `a long last line without an end is the last`() throws {
        let lines = try lines(String(repeating: "x", count: 2_000_000).utf8)

        #expect(lines.map(\.isTooLong) == [true])
    }

    @Test func `every line survives the edges of what is read at once`() throws {
        let expected = (0..<20_000).map {
            "http://example.org/" + String(repeating: "x", count: $0 % 97) + "\($0)"
        }

        #expect(try lines(expected.joined(separator: "\n").utf8).map(\.text) == expected)
    }

    @Test(arguments: [true, false])
    func `a list with the byte order mark of UTF-16 is read as that`(isBigEndian: Bool) throws {
        func encoded(_ text: String) -> [UInt8] {
            ("\u{FEFF}" + text).utf16.flatMap { unit in
                let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
                return isBigEndian ? bytes : bytes.reversed()
            }
        }
        let long = (0..<30_000).map { "http://ü.example/€😀/\($0)" }

        #expect(try lines(encoded("http://a/ü\r\n\r\nb")).map(\.text) == ["http://a/ü", "", "b"])
        #expect(try lines(encoded(long.joined(separator: "\r"))).map(\.text) == long)
        #expect(try lines(encoded("")).isEmpty)
        #expect(try lines(encoded("a") + [0]).map(\.text) == ["a\u{FFFD}"])
        #expect(try lines(encoded("\u{FFFF}a")).map(\.text) == ["\u{FFFF}a"])
        #expect(
            try lines(encoded("a\n" + String(repeating: "€", count: 400_000) + "\nb")).map(\.isTooLong)
                == [false, true, false])
    }

    @Test func `a pipe is read as it fills`() throws {
        let pipe = Pipe()
        var reader = URLListReader(fileDescriptor: pipe.fileHandleForReading.fileDescriptor)

        try pipe.fileHandleForWriting.write(contentsOf: Data("a\nb".utf8))
        #expect(try reader.next()?.text == "a")
        try pipe.fileHandleForWriting.write(contentsOf: Data("c\nd".utf8))
        #expect(try reader.next()?.text == "bc")
        try pipe.fileHandleForWriting.close()
        #expect(try reader.next()?.text == "d")
        #expect(try reader.next() == nil)
    }

    @Test func `a borrowed descriptor stays open`() throws {
        let file = try TemporaryFile("a\n".utf8)
        let descriptor = open(file.path, O_RDONLY)
        defer { close(descriptor) }

        do {
            var reader = URLListReader(fileDescriptor: descriptor)
            #expect(try reader.next()?.text == "a")
        }

        #expect(fcntl(descriptor, F_GETFD) >= 0)
    }

    @Test func `a list that cannot be read is an error with its path`() throws {
        let file = try TemporaryFile([])
        var error = #expect(throws: URLListError.self) { _ = try URLListReader(path: "/nowhere/list.txt") }
        #expect(error?.description == "/nowhere/list.txt: cannot be read: No such file or directory")

        error = #expect(throws: URLListError.self) {
            var reader = try URLListReader(path: file.folder)
            _ = try reader.next()
        }
        #expect(error?.reason == "it is a directory")
    }
}

/// A request with what a job says that says nothing.
private func request(_ url: String, name: String? = nil) -> RequestTemplate {
    var request = RequestTemplate(JobSpec(name: ""))
    request.url = url
    request.name = name
    return request
}

@Suite struct URLListLineTests {
    @Test(
        arguments: [
            ("http://a/", .url("http://a/")), ("  http://a/ \t\r", .url("http://a/")),
            ("\u{FEFF}http://a/", .url("http://a/")), ("\u{FEFF} # x", .blank), ("", .blank),
            (" \t\r", .blank),
            ("# http://a/", .blank), ("#", .blank), ("http://a/#x", .url("http://a/#x")),
            ("http://a/[1-2]", .url("http://a/[1-2]")), ("not a url", .url("not a url")),
            ("http://a/ # note", .url("http://a/")), ("http://a/#x # note#", .url("http://a/#x")),
            ("http://a/\t#note", .url("http://a/")), ("http://a/ #", .url("http://a/")),
            ("http://a/\tk=v", .url("http://a/", input: #"{"k":"v"}"#)),
            (
                " http://a/ \t nutch.score=10 \t k = v=\"w\" \t\tnone\tk=3 # 4\t# x=y",
                .url("http://a/", input: ##"{"nutch.score":"10","k ":" v=\"w\"","k":"3 # 4"}"##)
            ),
            ("http://a/\tnone", .url("http://a/")), ("http://a/ x=y", .url("http://a/ x=y")),
            ("http://a/ # k\tx=y", .url("http://a/")),
            ("{\"url\":\"http://a/\"}\r", .request(request("http://a/"))),
            (" {\"name\": \"n\", \"url\": \"http://a/\"}", .request(request("http://a/", name: "n"))),
            ("{\"url\":\"\\ud83d\\ude00\"}", .request(request("😀"))),
        ] as [(String, URLListLine)])
    func `a line is a URL, a request or nothing`(line: String, expected: URLListLine) {
        #expect(URLListLine.parse(line) == expected)
    }

    @Test(arguments: [
        ("{", "not valid JSON; write an object such as {\"url\": \"https://example.org/\"}"),
        (
            "{\"url\":\"http://a/\"} x",
            "not valid JSON; write an object such as {\"url\": \"https://example.org/\"}"
        ),
        (
            String(repeating: "{\"a\":", count: 10_000),
            "not valid JSON; write an object such as {\"url\": \"https://example.org/\"}"
        ),
        ("{}", "no url; write {\"url\": \"https://example.org/\"}"),
        ("{\"url\":5}", "url: not a text; write \"https://example.org/\""),
        ("{\"url\":null}", "url: not a text; write \"https://example.org/\""),
        ("{\"url\":\"\"}", "url: not a text; write \"https://example.org/\""),
        ("{\"url\":\"http://a/\",\"name\":[]}", "name: a list is not a text; write one"),
        ("{\"url\":\"http://a/\",\"method\":\"POST\",\"body\":1}", "body: 1 is not a text; put it in quotes"),
        (
            "{\"url\":\"http://a/\",\"headers\":[]}",
            "headers: a list is not a mapping; write keys and values under it"
        ),
        (
            "{\"url\":\"http://a/\",\"body\":\"a\",\"json\":1}",
            "json: a request has one of body, json, form, body_file and multipart; remove the others"
        ),
        (
            "{\"url\":\"http://a/\",\"method\":\"HEAD\",\"json\":1}",
            "HEAD sends no body; remove it, or write another method"
        ),
        ("{\"ulr\":\"http://a/\"}", "unknown key \"ulr\"; did you mean \"url\"?"),
        (
            "{\"url\":\"http://a/${env:X}\"}",
            "url: a secret may stand in the query, in headers and in the body; not here"
        ),
        (
            "{\"url\":\"http://a/\",\"body\":\"${env:1}\"}",
            "body: \"${env:1}\" takes a name of letters, digits and underscores"
        ),
        (
            "{\"url\":\"http://a/\",\"body\":\"${env:X\"}",
            "body: \"${env:X\" is not closed; write ${env:NAME}"
        ),
        (
            "{\"url\":\"http://a/\",\"body\":\"${var:x}\"}",
            "body: ${var:x} has no value; give it one with vars: {x: …} or --var x=…"
        ),
    ])
    func `a JSON line that cannot be acted upon says why`(line: String, message: String) {
        #expect(URLListLine.parse(line) == .failure(message))
    }

    @Test(arguments: [
        (#"{"url":"http://a/","id":12345678901234567890.50}"#, #"{"id":12345678901234567890.50}"#),
        (
            #"{"tags":["é",null],"url":"http://a/","a":{"b":"${env:X} ${var:y} ${"}}"#,
            #"{"tags":["é",null],"a":{"b":"${env:X} ${var:y} ${"}}"#
        ),
        (#"{"url":"http://a/","input":{"x":1},"Name":"n"}"#, #"{"input":{"x":1},"Name":"n"}"#),
    ])
    func `keys that no request has are the user's own`(line: String, input: String) {
        var expected = request("http://a/")
        expected.input = input

        #expect(URLListLine.parse(line) == .request(expected))
        #expect(expected.isPlain)
    }

    @Test func `a line of a million keys is read`() {
        let line =
            "http://a/" + String(repeating: "\tk=v", count: 100_000)
            + (0..<50_000).map { "\t\($0)=" }.joined()

        guard case .url("http://a/", let input?) = URLListLine.parse(line) else {
            Issue.record("no input")
            return
        }
        #expect(input.hasPrefix(#"{"k":"v","0":"","1":"""#))
    }

    @Test func `a line that was cut is a failure`() throws {
        let file = try TemporaryFile(String(repeating: "x", count: 1_100_000).utf8)
        var reader = try URLListReader(path: file.path)
        let line = try #require(try reader.next())

        #expect(URLListLine.parse(line) == .failure("the line is longer than 1 MiB; shorten or remove it"))
    }

    @Test(
        "Of a line that is of no use nothing is kept that may be a secret",
        arguments: [
            (
                #"{"url": "https://a.example/", "headers": {"Authorization": "Bearer s3cret"}}"#,
                "https://a.example/"
            ),
            (#" {"url": "https://a.example/", "headers": {"Authorization": "Bearer s3cret"}"#, "{…}"),
            (#"{"auth": {"bearer": "s3cret"}}"#, "{…}"), ("no URL", "no URL"),
        ])
    func remnant(line: String, kept: String) {
        #expect(URLListLine.remnant(of: line) == kept)
    }
}
