internal import CrawlCore
internal import Foundation

/// A zone of the tz database.
package struct NamedTimeZone: TimeZoneOffsets {
    private let zone: TimeZone

    private init(_ zone: TimeZone) { self.zone = zone }

    /// This machine's zone.
    package init() { self.init(.current) }

    /// The zone of a name, as `Europe/Berlin`; nil where there is none. Without a name: this machine's.
    package init?(_ name: String?) {
        guard let name else {
            self.init()
            return
        }
        // Foundation also takes abbreviations, of which some mean several places, and offsets.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone)
    }

    /// Its name.
    package var name: String { zone.identifier }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    package func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }
}
