internal import ArgumentParser
internal import CrawlCore
internal import Foundation
internal import JobFile
internal import TrawlStore

/// A finished run of a job: by its number, or as the last one that had finished by a moment.
enum RunMoment: ExpressibleByArgument {
    case number(Int)
    /// So long before now.
    case ago(Duration)
    /// The end of the day that is so many days before today.
    case daysAgo(Int)
    /// The end of a day, which is given in days since 1 January 1970.
    case day(Int64)
    case instant(Date)

    init?(argument: String) {
        if let number = Int(argument) {
            guard number >= 1 else { return nil }
            self = .number(number)
        } else if argument == "yesterday" {
            self = .daysAgo(1)
        } else if argument == "today" {
            self = .daysAgo(0)
        } else if let duration = try? Duration(jobFileText: argument) {
            self = .ago(duration)
        } else if let day = CalendarText.daysSince1970(argument) {
            self = .day(day)
        } else if let instant = try? Date(argument, strategy: .iso8601) {
            self = .instant(instant)
        } else {
            return nil
        }
    }

    /// The moment in unix milliseconds; nil for a number.
    ///
    /// - Parameter zone: whose days are meant.
    func milliseconds(now: Int64, zone: some TimeZoneOffsets = NamedTimeZone()) -> Int64? {
        switch self {
        case .number: nil
        case .ago(let duration): now - Int64(duration / .milliseconds(1))
        case .instant(let instant): Int64(instant.timeIntervalSince1970 * 1000)
        case .daysAgo(let days): end(ofDay: zone.daysSince1970(at: now / 1000) - Int64(days), zone)
        case .day(let day): end(ofDay: day, zone)
        }
    }

    /// The last millisecond before the next day.
    private func end(ofDay day: Int64, _ zone: some TimeZoneOffsets) -> Int64 {
        zone.start(ofDay: day + 1) * 1000 - 1
    }
}
