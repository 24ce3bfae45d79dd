/// One of the five fields of a cron expression.
struct CronField {
    /// What the field is called in messages.
    let name: String
    let range: ClosedRange<Int>
    /// Three-letter names, the first of which stands for `range.lowerBound`.
    var names: [String] = []

    static let minutes = CronField(name: "minute", range: 0...59)
    static let hours = CronField(name: "hour", range: 0...23)
    static let days = CronField(name: "day of the month", range: 1...31)
    static let months = CronField(
        name: "month", range: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
    /// 7 is Sunday too.
    static let weekdays = CronField(
        name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

    /// The values of a field as bits, and whether it begins with `*`.
    func parse(_ text: Substring) throws(CronError) -> (bits: UInt64, isStar: Bool) {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try values(of: part, in: text)
        }
        if range.upperBound == 7, bits & (1 << 7) != 0 { bits = bits & ~(1 << 7) | 1 }
        return (bits, text.first == "*")
    }

    /// `*`, `5`, `mon`, `1-5`, each with `/step`; `5/15` goes on to the end of the range.
    private func values(of part: Substring, in text: Substring) throws(CronError) -> UInt64 {
        let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if halves.count == 2 {
            guard let number = Int(halves[1]), number > 0 else {
                throw CronError("\"\(part)\" in the \(name): the step after / is a number from 1")
            }
            // Not what it looks like: */90 in the minutes is once an hour.
            guard number <= range.upperBound - range.lowerBound + 1 else {
                throw CronError("\"\(part)\" in the \(name): a step of \(number) is longer than the field")
            }
            step = number
        }
        let bounds: ClosedRange<Int>
        let span = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        if halves[0] == "*" {
            bounds = range.upperBound == 7 ? 0...6 : range
        } else if span.count == 2 {
            let low = try value(of: span[0], in: part)
            var high = try value(of: span[1], in: part)
            // `fri-sun` ends with a week, which Sunday may begin or end.
            if high == 0, low > 0, range.upperBound == 7 { high = 7 }
            guard low <= high else {
                throw CronError("\"\(part)\" in the \(name) runs backwards; write two ranges, with a comma")
            }
            bounds = low...high
        } else {
            let low = try value(of: span[0], in: part)
            if halves.count < 2 {
                bounds = low...low
            } else {
                bounds = range.upperBound == 7 ? (low % 7)...6 : low...range.upperBound
            }
        }
        var bits: UInt64 = 0
        for value in stride(from: bounds.lowerBound, through: bounds.upperBound, by: step) {
            bits |= 1 << UInt64(value)
        }
        return bits
    }

    private func value(of word: Substring, in part: Substring) throws(CronError) -> Int {
        if let index = names.firstIndex(of: word.lowercased()) { return index + range.lowerBound }
        guard let number = Int(word), word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            range.contains(number)
        else {
            let known = names.isEmpty ? "" : " or one of \(names.joined(separator: " "))"
            throw CronError(
                "\"\(part)\" in the \(name): write a number from \(range.lowerBound) to \(range.upperBound)\(known)"
            )
        }
        return number
    }
}
