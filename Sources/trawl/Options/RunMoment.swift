internal import ArgumentParser
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
    /// The end of a day.
    case day(DateComponents)
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
        } else if let day = RunMoment.day(argument) {
            self = .day(day)
        } else if let instant = try? Date(argument, strategy: .iso8601) {
            self = .instant(instant)
        } else {
            return nil
        }
    }

    /// `2026-11-28`; nil for anything else, and for a day that no calendar has.
    private static func day(_ text: String) -> DateComponents? {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})/) else { return nil }
        let day = DateComponents(year: Int(match.1), month: Int(match.2), day: Int(match.3))
        return day.isValidDate(in: Calendar(identifier: .gregorian)) ? day : nil
    }

    /// The moment in unix milliseconds; nil for a number.
    ///
    /// - Parameter zone: whose days are meant.
    func milliseconds(now: Int64, zone: TimeZone = .current) -> Int64? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let today = Date(timeIntervalSince1970: Double(now) / 1000)
        let moment: Date?
        switch self {
        case .number: return nil
        case .ago(let duration): return now - Int64(duration / .milliseconds(1))
        case .instant(let instant): moment = instant
        case .daysAgo(let days):
            moment = calendar.date(byAdding: .day, value: 1 - days, to: calendar.startOfDay(for: today))
        case .day(let day):
            moment = calendar.date(from: day).flatMap { calendar.date(byAdding: .day, value: 1, to: $0) }
        }
        // A day ends with the last millisecond before the next.
        return moment.map { Int64($0.timeIntervalSince1970 * 1000) - (isDay ? 1 : 0) }
    }

    private var isDay: Bool {
        switch self {
        case .daysAgo, .day: true
        case .number, .ago, .instant: false
        }
    }
}
