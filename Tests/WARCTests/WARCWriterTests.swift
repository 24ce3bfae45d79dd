import CZlib
import Foundation
import Testing
import WARC

@Suite struct WARCWriterTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "warc-\(UUID().uuidString)").path
    }

    private func write(_ exchanges: [HTTPExchange], fileSize: Int64 = WARCWriter.defaultFileSize) throws
        -> [String]
    {
        let writer = try WARCWriter(folder: folder, prefix: "docs/1", software: "trawl/0", fileSize: fileSize)
        for exchange in exchanges { try writer.write(exchange) }
        try writer.close()
        return try files()
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    private func exchange(_ number: Int, body: String = "<title>x</title>") -> HTTPExchange {
        HTTPExchange(
            url: "http://a.example/\(number)", startedAt: 1_795_422_615_007 + Int64(number),
            address: "192.0.2.1",
            requestHead: Array("GET /\(number) HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8),
            responseHead: Array("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".utf8),
            responseBody: Array(body.utf8))
    }

    /// The records of a file, each decompressed by itself.
    private func records(_ name: String) throws -> [String] {
        let data = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
        var records: [String] = []
        var offset = 0
        while offset < data.count {
            var stream = z_stream()
            inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            defer { inflateEnd(&stream) }
            var input = Array(data[offset...])
            var output = [UInt8](repeating: 0, count: 1 << 20)
            let room = output.count
            let left = try input.withUnsafeMutableBufferPointer { input in
                try output.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    try #require(inflate(&stream, Z_FINISH) == Z_STREAM_END)
                    return Int(stream.avail_in)
                }
            }
            records.append(String(decoding: output[..<(room - Int(stream.avail_out))], as: UTF8.self))
            offset = data.count - left
        }
        return records
    }

    @Test func `an exchange is a response and a request, behind what the file is`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try write([exchange(1)])

        #expect(files == ["docs-1-20261123083015-00000.warc.gz"])
        let records = try records(files[0])
        try #require(records.count == 3)
        #expect(records.allSatisfy { $0.hasPrefix("WARC/1.1\r\nWARC-Type: ") && $0.hasSuffix("\r\n\r\n") })
        #expect(records[0].contains("WARC-Type: warcinfo"))
        #expect(records[0].contains("software: trawl/0\r\n"))
        #expect(records[0].contains("WARC-Filename: \(files[0])\r\n"))
        #expect(records[1].contains("WARC-Type: response"))
        #expect(records[1].contains("WARC-Target-URI: http://a.example/1\r\n"))
        #expect(records[1].contains("WARC-Date: 2026-11-23T08:30:15.008Z\r\n"))
        #expect(records[1].contains("WARC-IP-Address: 192.0.2.1\r\n"))
        // printf '<title>x</title>' | sha1sum | xxd -r -p | base32
        #expect(records[1].contains("WARC-Payload-Digest: sha1:PHIPOJVNXVPTP2TRPZXKMQ6K46SA5H6K\r\n"))
        #expect(
            records[1].contains(
                "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>x</title>\r\n\r\n"))
        #expect(records[2].contains("WARC-Type: request"))
        #expect(records[2].contains("GET /1 HTTP/1.1\r\n"))
        let id = try #require(records[1].split(separator: "\r\n").first { $0.hasPrefix("WARC-Record-ID: ") })
        #expect(records[2].contains("WARC-Concurrent-To: \(id.dropFirst(16))\r\n"))
    }

    @Test func `a full file is followed by another`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try write((1...5).map { exchange($0) }, fileSize: 1)

        #expect(files.count == 5)
        #expect(try files.allSatisfy { try records($0).count == 3 })
        #expect(Set(files.map { $0.suffix(14) }).count == 5)
    }

    @Test func `files that are there are left alone`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try write([exchange(1)])
        let before = try Data(contentsOf: URL(filePath: folder + "/" + first[0]))

        let second = try write([exchange(1)])

        #expect(second.count == 2)
        #expect(try Data(contentsOf: URL(filePath: folder + "/" + first[0])) == before)
    }

    @Test func `a file that is still written is called so`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = try WARCWriter(folder: folder, prefix: "docs", software: "trawl/0")
        #expect(try files() == [])

        try writer.write(exchange(1))

        #expect(try files().map { $0.hasSuffix(".warc.gz.open") } == [true])
    }

    @Test func `an answer that nothing was modified is a visit again`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var exchange = exchange(1, body: "")
        exchange.isNotModified = true

        let records = try records(write([exchange])[0])

        #expect(records[1].contains("WARC-Type: revisit"))
        #expect(
            records[1].contains("WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified"))
    }

    @Test(arguments: [HTTPExchange.Truncation.length, .time, .disconnect, .unspecified])
    func `what is cut short says why, and no field can begin another`(truncation: HTTPExchange.Truncation)
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var exchange = exchange(1)
        exchange.truncation = truncation
        exchange.url = "http://a/\r\nWARC-Evil: 1"

        let records = try records(write([exchange])[0])

        #expect(records[1].contains("WARC-Truncated: \(truncation)\r\n"))
        #expect(records[1].contains("WARC-Target-URI: http://a/  WARC-Evil: 1\r\n"))
    }

    @Test func `a folder that cannot be made is named`() {
        #expect(throws: WARCError(path: "/proc/no/such", reason: "No such file or directory")) {
            try WARCWriter(folder: "/proc/no/such", prefix: "a", software: "trawl/0")
        }
    }
}
