internal import CrawlCore
internal import Glibc

/// A zone of the tz database of this system, whose rules are those of the installed files.
package struct NamedTimeZone: TimeZoneOffsets {
    /// Coordinated universal time, which needs no database.
    package static let utc = NamedTimeZone(FixedOffset())

    private let zone: any TimeZoneOffsets

    private init(_ zone: any TimeZoneOffsets) { self.zone = zone }

    /// This machine's zone: that of `TZ` in the environment, else of `/etc/localtime`, else UTC.
    package init() {
        self =
            getenv("TZ").map { NamedTimeZone(environment: String(cString: $0), in: ZoneFolder()) }
            ?? ZoneFolder.read("/etc/localtime").flatMap { ZoneData(file: $0) }.map { NamedTimeZone($0) }
            ?? .utc
    }

    /// The zone of a value of `TZ`, as tzset(3) reads it: a name, the path of a file, or a rule; UTC where it is none of these.
    init(environment value: String, in folder: ZoneFolder) {
        let name = value.hasPrefix(":") ? String(value.dropFirst()) : value
        if name.hasPrefix("/"), let zone = ZoneFolder.read(name).flatMap({ ZoneData(file: $0) }) {
            self.init(zone)
        } else if let zone = try? folder.zone(name) {
            self.init(zone)
        } else if let rule = ZoneRule(parsing: name) {
            self.init(ZoneData(rule: rule))
        } else {
            self = .utc
        }
    }

    /// The zone of a name, as `Europe/Berlin`. Without a name: this machine's.
    package init(_ name: String?) throws(TimeZoneFault) { try self.init(name, in: ZoneFolder()) }

    init(_ name: String?, in folder: ZoneFolder) throws(TimeZoneFault) {
        guard let name else {
            self.init()
            return
        }
        if name == "UTC" {
            self = .utc
            return
        }
        // The database also has abbreviations, of which some mean several places.
        guard name.contains("/") else { throw .unknown(name) }
        self.init(try folder.zone(name))
    }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    package func offset(at instant: Int64) -> Int64 { zone.offset(at: instant) }
}
