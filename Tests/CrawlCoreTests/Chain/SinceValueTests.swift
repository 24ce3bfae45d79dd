import CrawlCore
import Testing

/// Which of two values is larger, and what is sent of it.
@Suite struct SinceValueTests {
    @Test(arguments: [
        ("10", "9"), ("1.5", "1.25"), ("2026-01-02", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01"), ("2026-01-01T01:00:00Z", "2026-01-01T01:30:00+02:00"),
        ("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.000002Z", "2026-01-01T00:00:00.000001Z"), ("b", "a"),
        ("9007199254740993", "9007199254740992"),
    ])
    func `values are compared by what they are`(larger: String, smaller: String) {
        #expect(SinceValue.isLarger(larger, than: smaller))
        #expect(!SinceValue.isLarger(smaller, than: larger))
        #expect(!SinceValue.isLarger(larger, than: larger))
    }

    @Test(arguments: [
        ("2026-01-01", "2025-12-31"), ("2026-01-01T00:30:00Z", "2025-12-31T23:30:00Z"),
        ("2026-01-01T02:00:00+02:00", "2025-12-31T23:00:00Z"), ("2026-01-01 00:30", "2025-12-31T23:30:00"),
        ("1785585600", "1785582000"), ("1785585600000", "1785582000000"), ("42", "42"), ("abc", "abc"),
    ])
    func `an overlap makes a time earlier, and leaves the rest`(mark: String, sent: String) {
        let since = Since(steps: [.name("at")], parameter: "since", overlap: .seconds(3600))
        #expect(since.sent(mark) == sent)
    }

    @Test func `a value is found in an item, as it was written`() {
        let since = Since(steps: [.name("a"), .index(1)], parameter: "since", start: "0")
        #expect(since.value(of: #"{"a":[1,12345678901234567890]}"#) == "12345678901234567890")
        #expect(since.value(of: #"{"a":[1,"x\"y"]}"#) == "x\"y")
        #expect(since.value(of: #"{"a":[1,null]}"#) == nil)
        #expect(since.value(of: #"{"a":1}"#) == nil)
        #expect(since.sent(nil) == "0")
    }
}
