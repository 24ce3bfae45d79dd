/// What a request asks for anew in each run: the key `since`. The largest value of what the run before has had is sent.
package struct Since: Sendable, Equatable {
    /// The steps to the value within an item.
    package var steps: [JSONStep]
    /// The parameter of the URL that it is sent in.
    package var parameter: String
    /// What is sent where no run has finished; nil for nothing.
    package var start: String?
    /// How much less than the largest value is sent, of times.
    package var overlap: Duration

    /// What is sent in a parameter.
    package init(steps: [JSONStep], parameter: String, start: String? = nil, overlap: Duration = .zero) {
        self.steps = steps
        self.parameter = parameter
        self.start = start
        self.overlap = overlap
    }

    /// The value of an item; nil where it has none.
    ///
    /// - Parameter item: JSON.
    package func value(of item: String) -> String? {
        var tree = JSONTree(item)
        for step in steps {
            switch (step, tree) {
            case (.name(let name), .some(let value)): tree = value[name]
            case (.index(let index), .list(let elements)?):
                tree = elements.indices.contains(index) ? elements[index] : nil
            default: tree = nil
            }
        }
        guard case .scalar(let json)? = tree, json != "null" else { return nil }
        return json.hasPrefix("\"") ? JSONTree.string(json) : json
    }

    /// What is sent.
    ///
    /// - Parameter mark: the largest value so far; nil for none.
    package func sent(_ mark: String?) -> String? {
        guard let mark else { return start }
        return overlap > .zero ? SinceValue.earlier(mark, by: overlap) : mark
    }
}

/// Values that grow: numbers, days and times, texts.
package enum SinceValue {
    /// Whether a value is larger than another: by number where both are, by time where both are, else as texts.
    package static func isLarger(_ value: String, than other: String) -> Bool {
        if let one = Int64(value), let two = Int64(other) { return one > two }
        if let one = Double(value), let two = Double(other), one != two { return one > two }
        if let one = CalendarText.normalized(value), let two = CalendarText.normalized(other) {
            // Without the zone, which is UTC, a text that goes on is later.
            let (one, two) = (one.prefix { $0 != "Z" }, two.prefix { $0 != "Z" })
            if one != two { return one > two }
        }
        return value.unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars) == false && value != other
    }

    /// A time that is so much earlier: a day, an instant, or seconds or milliseconds since 1970. Any other value is as it was.
    static func earlier(_ value: String, by overlap: Duration) -> String {
        let milliseconds = overlap.wholeMilliseconds
        if let number = Int64(value) {
            // Numbers below 1973 are no times but ids.
            if number >= 100_000_000_000 { return "\(number - milliseconds)" }
            return number >= 100_000_000 ? "\(number - (milliseconds + 999) / 1000)" : value
        }
        return CalendarText.earlier(value, byMilliseconds: milliseconds) ?? value
    }
}
