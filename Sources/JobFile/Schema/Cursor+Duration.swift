extension Cursor {
    /// The longest duration, 365 days.
    private static let maxMilliseconds: Int64 = 365 * 86_400_000

    /// A duration such as `500ms`, `10s`, `1.5h` or `0`.
    func duration() throws(JobFileError) -> Duration {
        guard let word = try word(), let quantity = Quantity(word),
            let unit = Self.milliseconds(of: quantity.unit)
        else {
            throw failure("\(found) is not a duration; write a number with ms, s, m, h or d, for example 30s")
        }
        guard !quantity.unit.isEmpty || quantity.isZero else {
            throw failure("\(found) has no unit; write a unit, for example \(word)s")
        }
        guard let value = quantity.multiplied(by: unit), value <= Self.maxMilliseconds else {
            throw failure("\(found) is not a whole number of milliseconds up to 365d; write one that is")
        }
        return .milliseconds(value)
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
