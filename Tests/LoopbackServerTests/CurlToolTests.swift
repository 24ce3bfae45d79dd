import Foundation
import LoopbackServer
import Testing

/// That a real client takes each misbehaviour for what it is meant to be.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "needs /usr/bin/curl"))
struct CurlToolTests {
    /// A response and the exit code that curl(1) gives it under "EXIT CODES".
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let response: LoopbackServer.Response
        let code: Int32

        init(_ name: String, _ response: LoopbackServer.Response, _ code: Int32) {
            testDescription = name
            self.response = response
            self.code = code
        }
    }

    private static let cases = [
        Case("a page", .html(title: "x"), 0),
        Case("chunks", .text("hello").chunked(by: 1), 0),
        Case("delay", .text("hello").delayed(by: .milliseconds(5)), 0),
        Case("no framing", .text("hello").endingWithConnection(), 0),
        Case("not HTTP", .raw("SSH-2.0-x\r\n"), 1),
        Case("truncated body", .text("hello").cut(after: 2), 18),
        Case("truncated chunks", .text("hello").chunked().cut(after: 2), 18),
        Case("stall", .stalled, 28),
        Case("stall in the body", .text("hello").cut(after: 2, then: .stall), 28),
        Case(
            "endless head",
            .script([.send("HTTP/1.1 200 OK\r\nX: "), .repeat("a", every: .milliseconds(9))]), 28),
        Case("closed", .closed, 52),
        Case("reset", .reset, 56),
        Case("reset in the body", .text("hello").cut(after: 2, then: .reset), 56),
        Case(
            "bad chunk size", .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nxx\r\n"), 56),
    ]

    @Test(arguments: cases)
    func `curl ends with the code for the misbehaviour`(_ example: Case) throws {
        let server = try LoopbackServer { _ in example.response }

        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        // Patience is short only where its end is what is waited for.
        let patience = example.code == 28 ? "0.3" : "30"
        curl.arguments = ["-q", "-s", "-o", "/dev/null", "--noproxy", "*", "-m", patience, server.url("/")]
        try curl.run()
        curl.waitUntilExit()

        #expect(curl.terminationStatus == example.code)
    }
}
