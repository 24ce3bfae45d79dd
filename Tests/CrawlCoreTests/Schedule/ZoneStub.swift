import CrawlCore

/// A zone whose clocks change once at each of some instants.
struct ZoneStub: TimeZoneOffsets {
    let standard: Int64
    /// In order; the offset from each instant on.
    let changes: [(at: Int64, offset: Int64)]

    func offset(at instant: Int64) -> Int64 {
        changes.last { $0.at <= instant }?.offset ?? standard
    }

    /// Berlin in 2027: forward on 28 March, 01:00 UTC, back on 31 October, 01:00 UTC.
    static let berlin = ZoneStub(
        standard: 3600, changes: [(1_806_195_600, 7200), (1_824_944_400, 3600)])
    /// Lord Howe in 2027, by half an hour: back on 4 April, 15:00 UTC on the 3rd.
    static let lordHowe = ZoneStub(standard: 39_600, changes: [(1_806_764_400, 37_800)])
    /// Samoa left out 30 December 2011.
    static let apia = ZoneStub(standard: -36_000, changes: [(1_325_239_200, 50_400)])
}
