import CrawlCore
import Testing

/// How long a server asks to be left alone.
@Suite struct RetryAfterTests {
    /// 1994-11-06 08:49:37.500.
    private let now: Int64 = 784_111_777_500

    private func wait(_ value: String, date: String? = nil) -> Duration? {
        RetryAfter.wait(value, date: date, now: now)
    }

    @Test(arguments: [("0", 0), ("1", 1), ("120", 120), ("0120", 120), (" 7\t", 7), ("3600", 3600)])
    func `a number is seconds`(value: String, seconds: Int) {
        #expect(wait(value) == .seconds(seconds))
    }

    @Test(arguments: [
        "3601", "99999999999", "9223372036854775807", "9223372036854775808",
        String(repeating: "9", count: 1_000),
    ]) func `no number is more than an hour`(value: String) {
        #expect(wait(value) == .seconds(3600))
    }

    @Test(arguments: [
        "", " ", "-1", "+1", "1.5", "1,5", "1e9", "0x10", "soon", "1 2", "120, 120", "١٢", "60s",
        "Sun, 06 Nov 1994",
    ]) func `what is neither a number nor a date says nothing`(value: String) {
        #expect(wait(value) == nil)
    }

    @Test func `a date that is past is no wait`() {
        #expect(wait("Sun, 06 Nov 1994 08:49:37 GMT") == .zero)
        #expect(wait("Thu, 01 Jan 1970 00:00:00 GMT") == .zero)
    }

    @Test func `a date is waited for by our clock where the response has none`() {
        #expect(wait("Sun, 06 Nov 1994 08:49:40 GMT") == .milliseconds(2_500))
        #expect(wait("Sun, 06 Nov 1994 08:49:40 GMT", date: "yesterday") == .milliseconds(2_500))
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 12:00:00 GMT", "Sun, 06 Nov 1994 12:00:03 GMT", 3),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:01:00 GMT", 60),
        ("Sun, 06 Nov 1994 12:00:03 GMT", "Sun, 06 Nov 1994 12:00:00 GMT", 0),
    ]) func `a date is waited for by the server's clock, however wrong`(
        date: String, value: String, seconds: Int
    ) {
        #expect(wait(value, date: date) == .seconds(seconds))
    }

    @Test(arguments: ["Sun, 06 Nov 1994 09:49:38 GMT", "Tue, 01 Jan 2999 00:00:00 GMT"])
    func `no date is more than an hour away`(value: String) {
        #expect(wait(value) == .seconds(3600))
        #expect(wait(value, date: "Sun, 06 Nov 1994 08:49:37 GMT") == .seconds(3600))
    }

    @Test(arguments: [Int64.min, Int64.max]) func `no clock overflows`(now: Int64) {
        #expect(
            RetryAfter.wait("Sun, 06 Nov 1994 08:49:37 GMT", date: nil, now: now)
                == (now < 0 ? .seconds(3600) : .zero))
    }

    @Test(arguments: [
        ("86400", 86_400), ("99999999999999999999", 365 * 86_400),
        ("Wed, 07 Dec 1994 08:49:37 GMT", 31 * 86_400),
    ])
    func `a caller may ask for more than an hour`(value: String, seconds: Int) {
        let wait = RetryAfter.wait(
            value, date: "Sun, 06 Nov 1994 08:49:37 GMT", now: now, longest: RetryAfter.longestKnown)

        #expect(wait == .seconds(seconds))
    }
}
