internal import CrawlCore

/// What keeps a text from being a duration, worded to follow the text.
package struct DurationTextError: Error, Sendable {
    /// What is wrong and what to write instead.
    package let message: String
}

extension Duration {
    /// The longest duration, 365 days.
    private static let maxMilliseconds: Int64 = 365 * 86_400_000

    /// A duration as job files write it, such as `500ms`, `10s`, `1.5h` or `0`.
    package init(jobFileText text: String) throws(DurationTextError) {
        guard let quantity = Quantity(text), let unit = Self.milliseconds(of: quantity.unit) else {
            throw DurationTextError(
                message: "is not a duration; write \(ValueHint.duration)")
        }
        guard !quantity.unit.isEmpty || quantity.isZero else {
            // Nobody means eight minutes by 500: tools that take milliseconds without a unit are many.
            guard let seconds = Double(text), seconds >= 100 else {
                throw DurationTextError(message: "has no unit; write a unit, for example \(text)s")
            }
            throw DurationTextError(
                message: "has no unit; did you mean \(text)ms? If seconds are meant, write \(text)s")
        }
        guard let value = quantity.multiplied(by: unit), value <= Self.maxMilliseconds else {
            throw DurationTextError(
                message: "is not a whole number of milliseconds up to 365d; write one that is")
        }
        self = .milliseconds(value)
    }

    /// The duration as job files write it, in the largest unit of which it is at least two.
    var jobFileText: String {
        let milliseconds = wholeMilliseconds
        if let hours = Self.count(of: 3_600_000, in: milliseconds) { return "\(hours)h" }
        if let minutes = Self.count(of: 60_000, in: milliseconds) { return "\(minutes)m" }
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// How many of a unit make up a time; nil where that is not a whole number of at least two.
    private static func count(of unit: Int64, in milliseconds: Int64) -> Int64? {
        milliseconds >= 2 * unit && milliseconds.isMultiple(of: unit) ? milliseconds / unit : nil
    }

    private static func milliseconds(of unit: Substring) -> Int64? {
        switch unit {
        case "", "ms": 1
        case "s": 1000
        case "m": 60_000
        case "h": 3_600_000
        case "d": 86_400_000
        default: nil
        }
    }
}
