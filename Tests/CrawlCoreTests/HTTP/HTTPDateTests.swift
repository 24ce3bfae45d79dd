import CrawlCore
import Foundation
import Testing

/// The three forms of RFC 9110, section 5.6.7, and what is near them.
@Suite struct HTTPDateTests {
    /// 2026-08-15 12:00:00.
    private let now: Int64 = 1_786_795_200_000
    /// The date that RFC 9110 has for an example.
    private let example: Int64 = 784_111_777_000

    private func date(_ text: String, now: Int64? = nil) -> Int64? {
        HTTPDate(parsing: text, now: now ?? self.now)?.unixMilliseconds
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ]) func `the three forms are read`(text: String) {
        #expect(date(text) == example)
    }

    @Test(arguments: [
        "sun, 06 nov 1994 08:49:37 gmt", "SUN, 06 NOV 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Mon, 06 Nov 1994 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT", "  Sun,  06 Nov 1994\t08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun,06 Nov 1994 08:49:37 GMT", "Sun Nov 06 08:49:37 1994", "Sun Nov 6 08:49:37 1994",
    ]) func `what browsers forgive is forgiven`(text: String) {
        #expect(date(text) == example)
    }

    @Test(arguments: [
        "", " ", "soon", "-1", "120", "1e9", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 +0100", "Sun, 06 Nov 1994 GMT",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:-9:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Thu, 31 Nov 1994 08:49:37 GMT", "Tue, 29 Feb 2023 08:49:37 GMT",
        "Sun, 06 Nov 994 08:49:37 GMT", "Sun, 06 Nov 19940 08:49:37 GMT", "Sun, 06 11 1994 08:49:37 GMT",
        "Sun, 006 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94", "Nope, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT\u{0}", "Sun, 0٦ Nov 1994 08:49:37 GMT",
    ]) func `anything else is no date`(text: String) {
        #expect(date(text) == nil)
    }

    @Test func `the years 1970 to 9999 are dates`() {
        #expect(date("Wed, 31 Dec 1969 23:59:59 GMT") == nil)
        #expect(date("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
        #expect(date("Fri, 31 Dec 9999 23:59:59 GMT") == 253_402_300_799_000)
        #expect(date("Sat, 01 Jan 0001 00:00:00 GMT") == nil)
    }

    @Test(arguments: [
        ("29 Feb 2024", true), ("29 Feb 2000", true), ("29 Feb 2100", false), ("29 Feb 2026", false),
        ("30 Apr 2026", true), ("31 Apr 2026", false), ("31 Dec 2026", true), ("32 Dec 2026", false),
    ]) func `months have the days of the calendar`(day: String, exists: Bool) {
        #expect((date("Sun, \(day) 00:00:00 GMT") != nil) == exists)
    }

    @Test func `a leap second is the next minute's first`() {
        #expect(date("Sat, 31 Dec 2016 23:59:60 GMT") == date("Sun, 01 Jan 2017 00:00:00 GMT"))
    }

    @Test(arguments: [
        // Not more than 50 years after 2026-08-15 12:00.
        ("15-Aug-76 12:00:00", "15 Aug 2076 12:00:00"), ("15-Aug-76 12:00:01", "15 Aug 1976 12:00:01"),
        ("16-Aug-76 00:00:00", "16 Aug 1976 00:00:00"), ("31-Dec-75 00:00:00", "31 Dec 2075 00:00:00"),
        ("01-Jan-77 00:00:00", "01 Jan 1977 00:00:00"), ("01-Jan-99 00:00:00", "01 Jan 1999 00:00:00"),
        ("01-Jan-00 00:00:00", "01 Jan 2000 00:00:00"), ("01-Jan-27 00:00:00", "01 Jan 2027 00:00:00"),
        ("29-Feb-76 00:00:00", "29 Feb 2076 00:00:00"),
    ]) func `a year of two digits is at most 50 years ahead`(short: String, long: String) {
        #expect(date("Sunday, \(short) GMT") == date("Sun, \(long) GMT"))
        #expect(date("Sunday, \(short) GMT") != nil)
    }

    @Test func `a year of two digits goes with the century`() {
        let endOf2099: Int64 = 4_102_444_799_000

        #expect(
            date("Friday, 01-Jan-01 00:00:00 GMT", now: endOf2099) == date("Fri, 01 Jan 2101 00:00:00 GMT"))
        #expect(date("Friday, 01-Jan-60 00:00:00 GMT", now: 0) == nil)  // 1960
    }

    @Test func `every second is read as it is written`() throws {
        var generator = SeededGenerator(state: 4)
        for _ in 0..<5_000 {
            let seconds = Int.random(in: 0...253_402_300_799, using: &generator)
            var moment = time_t(seconds)
            var fields = tm()
            gmtime_r(&moment, &fields)
            for format in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
                var buffer = [CChar](repeating: 0, count: 64)
                let count = strftime(&buffer, buffer.count, format, &fields)
                let text = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)

                #expect(date(text) == Int64(seconds) * 1000, "\(text)")
            }
        }
    }

    @Test func `no text and no clock trap`() {
        var generator = SeededGenerator(state: 5)
        let valid = [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ]
        for round in 0..<20_000 {
            var bytes = Array(valid[round % 3].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] =
                    Bool.random(using: &generator) ? 0x39 : UInt8.random(in: 0...255, using: &generator)
            }
            let now = [Int64.min, -1, 0, Int64.max, self.now][round % 5]

            let result = date(String(decoding: bytes, as: UTF8.self), now: now)

            #expect(result.map { (0...253_402_300_800_000).contains($0) } ?? true)
        }
    }
}
