@testable import CrawlCore
import Testing

/// Rules of zones, and files of the tz database.
@Suite struct ZoneDataTests {
    /// Rules, instants, and the hours that clocks are east of UTC then.
    private static let rules: [(String, Int64, Double)] = [
        ("UTC0", 0, 0), ("<+0545>-5:45", 0, 5.75), ("EST5", 0, -5),
        // Berlin, a second before each change of 2027 and at it.
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1_806_195_599, 1), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_806_195_600, 2),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1_824_944_399, 2), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_824_944_400, 1),
        // Dublin, whose winter time is the exception.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_806_195_599, 0), ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_806_195_600, 1),
        // Sydney: summer lies on both sides of the New Year.
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_798_761_600, 11),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_814_400_000, 10),
        // Nuuk: the change is on the day before.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_806_195_599, -2),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_806_195_600, -1),
        // Summer time all year (RFC 9636, section 3.3.1).
        ("EST5EDT4,0/0,J365/25", 1_767_225_600, -4), ("EST5EDT4,0/0,J365/25", 1_767_247_199, -4),
        ("EST5EDT4,0/0,J365/25", 1_767_247_200, -4),
        // From 28 February, the 59th day, to 1 March, the 60th day of common years, in 2028, a leap year.
        ("AAA0BBB,58/0,J60/0", 1_835_308_799, 0),
        ("AAA0BBB,58/0,J60/0", 1_835_308_800, 1), ("AAA0BBB,58/0,J60/0", 1_835_477_999, 1),
        ("AAA0BBB,58/0,J60/0", 1_835_478_000, 0),
    ]

    @Test func `clocks are as far from UTC as the rule says`() throws {
        for (text, instant, hours) in ZoneDataTests.rules {
            let rule = try #require(ZoneRule(parsing: text), "\(text)")
            #expect(rule.offset(at: instant) == Int64(hours * 3600), "\(text) at \(instant)")
        }
    }

    @Test func `a rule without days is that of the United States`() {
        #expect(ZoneRule(parsing: "EST5EDT") == ZoneRule(parsing: "EST5EDT4,M3.2.0/2:00:00,M11.1.0/2"))
    }

    @Test(arguments: [
        "", "UTC", "CE-1", "CET25", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,366,1",
        "CET-1CEST,1/168,2", "<>1", "<AB1", "CET-1CEST,M3.5.0,M10.5.0/3x", "Europe/Berlin", "CET-1:60",
        "A-0B,59/0,60/0", "CET-99999999999999999999",
    ]) func `what is no rule is none`(text: String) {
        #expect(ZoneRule(parsing: text) == nil)
    }

    @Test func `instants that no calendar reaches have an offset too`() {
        let rule = ZoneRule(parsing: "CET-1CEST,M3.5.0,M10.5.0/3")

        #expect(rule?.offset(at: .max) != nil)
        #expect(rule?.offset(at: .min) != nil)
    }

    /// A file with one change, from +1:00 to +2:00 at an instant.
    private func file(
        version: UInt8 = 0x32, change: Int64 = 1000, footer: String = "\nXYZ-3\n", leaps: UInt8 = 0
    )
        -> [UInt8]
    {
        func part(_ width: Int) -> [UInt8] {
            let counts: [UInt8] = [0, 0, leaps, 1, 2, 4]
            let header = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            let instant = (0..<width).reversed().map { UInt8(truncatingIfNeeded: change >> (Int64($0) * 8)) }
            let types: [UInt8] = [0, 0, 0x0e, 0x10, 0, 0, 0, 0, 0x1c, 0x20, 1, 0]
            return header + counts.flatMap { [0, 0, 0, $0] } + instant + [1] + types + Array("XYZ\0".utf8)
                + [UInt8](repeating: 0, count: Int(leaps) * (width + 4))
        }
        return version == 0 ? part(4) : part(4) + part(8) + Array(footer.utf8)
    }

    @Test func `a file's first type holds before its changes, and its rule after them`() throws {
        let zone = try #require(ZoneData(file: file()))

        #expect([Int64.min, 999].map(zone.offset) == [3600, 3600])
        #expect([1000, Int64.max].map(zone.offset) == [10_800, 10_800])
    }

    @Test func `without a rule the last change holds for ever`() throws {
        let old = try #require(ZoneData(file: file(version: 0, change: -5)))
        let new = try #require(ZoneData(file: file(change: -1 << 40, footer: "\n\n")))

        #expect([-6, -5, 5].map(old.offset) == [3600, 7200, 7200])
        #expect([-1 << 41, 0].map(new.offset) == [3600, 7200])
    }

    @Test func `a file that is cut short anywhere, or counts leap seconds, is none`() {
        let whole = file()
        for end in whole.indices {
            #expect(ZoneData(file: whole[..<end]) == nil, "cut at \(end)")
        }
        #expect(ZoneData(file: file(footer: "\nbad\n")) == nil)
        #expect(ZoneData(file: file(leaps: 1)) == nil)
    }

    @Test func `a day begins at midnight, or where clocks skip that`() throws {
        let berlin = ZoneData(rule: try #require(ZoneRule(parsing: "CET-1CEST,M3.5.0,M10.5.0/3")))
        // Clocks go forward at midnight of 28 March 2027.
        let skipping = ZoneData(rule: try #require(ZoneRule(parsing: "AAA0BBB,M3.5.0/0,M10.5.0/0")))
        let day = try #require(CalendarText.daysSince1970("2027-03-28"))

        #expect(berlin.start(ofDay: day) == 1_806_188_400)
        #expect(berlin.start(ofDay: day + 1) == 1_806_271_200)
        #expect(berlin.daysSince1970(at: 1_806_188_399) == day - 1)
        #expect(berlin.daysSince1970(at: 1_806_188_400) == day)
        #expect(skipping.start(ofDay: day) == 1_806_192_000)
        #expect(FixedOffset().daysSince1970(at: -1) == -1)
    }
}
