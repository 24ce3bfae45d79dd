import CrawlCore
import JobFile
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("0", .zero), ("0s", .zero), ("\"0\"", .zero), ("500ms", .milliseconds(500)),
            ("10s", .seconds(10)),
            ("5m", .seconds(300)), ("1h", .seconds(3600)), ("1d", .seconds(86400)),
            ("1.5s", .milliseconds(1500)),
            ("0.25h", .seconds(900)), ("365d", .seconds(365 * 86400)), ("'10s'", .seconds(10)),
        ] as [(String, Duration)])
    func `a duration is a number with a unit, or zero`(text: String, duration: Duration) throws {
        #expect(try job("urls: [http://a/]\ndelay: \(text)").spec.delay == duration)
    }

    @Test(
        arguments: [
            ("0", 0), ("1000", 1000), ("100B", 100), ("512KiB", 512 << 10), ("10MiB", 10 << 20),
            ("2GiB", 2 << 30),
            ("1TiB", 1 << 40), ("1kB", 1000), ("1KB", 1000), ("1MB", 1_000_000), ("1GB", 1_000_000_000),
            ("1.5MB", 1_500_000), ("\"1000\"", 1000), ("1024TiB", 1 << 50),
        ] as [(String, Int64)])
    func `a size is a number of bytes with or without a unit`(text: String, bytes: Int64) throws {
        #expect(try job("urls: [http://a/]\nlimits: {body: \(text)}").spec.limits.body == bytes)
    }
}
