import ContentCoding
import Testing

/// Bodies that are small on the wire and endless out of it.
@Suite struct DecompressionBombTests {
    private static let limit = 10 << 20
    private static let zeros = [UInt8](repeating: 0, count: 32 << 20)

    @Test func `a bomb stops at the limit, within a slice of it`() throws {
        for (coding, body) in [
            ("gzip", try gzip(Self.zeros)), ("deflate", try deflated(Self.zeros, windowBits: -15)),
            ("zstd", try zstd(Self.zeros)), ("gzip, gzip", try gzip(gzip(Self.zeros))),
        ] {
            var decoded: Decoded?
            let time = ContinuousClock().measure { decoded = Decoded(body, coding, limit: Self.limit) }

            #expect(decoded?.isStopped == true, "\(coding)")
            #expect(try #require(decoded).body.count <= Self.limit + ContentDecoder.sliceSize)
            #expect(time < .seconds(5), "\(coding): a busy machine may be late")
        }
    }

    @Test func `what lies between two codings is bounded although nothing comes out of it`() throws {
        // Endless empty members: each is a whole gzip of nothing.
        let members = Array(repeatElement(try gzip([]), count: 400_000).joined())
        let body = try gzip(members)

        let decoded = Decoded(body, "gzip, gzip", intermediateLimit: 1 << 20)

        #expect(members.count > 1 << 20)
        #expect(decoded.failure == .expandsTooFar(coding: "gzip"))
        #expect(decoded.body.isEmpty)
    }

    @Test func `what follows the end of the inner coding is not even decoded`() throws {
        let body = try gzip(gzip(bytes("page")) + Self.zeros)

        // In pieces, as it comes: within the one that has the end all is decoded.
        let decoded = Decoded(body, "gzip, gzip", pieces: 100, intermediateLimit: 1 << 20)

        #expect(decoded.failure == nil)
        #expect(decoded.text == "page")
    }
}
