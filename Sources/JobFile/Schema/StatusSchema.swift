internal import CrawlCore

/// The keys that list statuses.
enum StatusSchema {
    /// What a list of statuses may be.
    static let type = ValueType.list(of: .status(), atLeast: 1)

    /// What a list of what is tried again may be.
    static let retryConditions = ValueType.list(of: .status(or: "transport", "unexpected"))

    /// Reads one status or range of statuses: `304`, `"304"` or `"200-299"`.
    static func range(_ cursor: Cursor) throws(JobFileError) -> ClosedRange<Int> {
        let parts = try cursor.word()?.split(separator: "-", omittingEmptySubsequences: false) ?? []
        let numbers = parts.compactMap { part in
            // `Int` alone would take a sign too.
            part.utf8.count == 3 && part.first != "+" ? Int(part) : nil
        }
        guard (1...2).contains(parts.count), numbers.count == parts.count,
            let first = numbers.first, let last = numbers.last,
            first <= last, first >= 100, last <= 599
        else {
            throw cursor.failure(
                "\(cursor.found) is not a status; write \(ValueHint.status)")
        }
        return first...last
    }

    /// Reads the statuses that count as success.
    static func set(_ cursor: Cursor) throws(JobFileError) -> StatusSet {
        let elements = try cursor.elements(example: "[\"200-299\", 304]")
        guard !elements.isEmpty else { throw cursor.failure("the list is empty; write at least one status") }
        var set = StatusSet()
        for element in elements { set.insert(try range(element)) }
        return set
    }

    /// Reads what is tried again: statuses, and `transport` for failures below HTTP. The list takes the place of
    /// the defaults.
    static func readRetryConditions(_ cursor: Cursor, into policy: inout RetryPolicy) throws(JobFileError) {
        policy.statuses = StatusSet()
        policy.transport = false
        policy.unexpected = false
        for element in try cursor.elements(example: "[429, 503, transport]") {
            switch try element.word() {
            case "transport":
                policy.transport = true
            case "unexpected":
                policy.unexpected = true
            case .some(let word) where word.first?.isLetter == true:
                throw element.failure(
                    "\"\(word)\" is not a condition; write a status, \"500-599\", transport or unexpected")
            default:
                policy.statuses.insert(try range(element))
            }
        }
    }

    /// What is tried again as a job file writes it.
    static func writtenRetryConditions(_ policy: RetryPolicy) -> DocumentNode {
        var conditions = ranges(policy.statuses)
        if policy.transport { conditions.append(.word("transport")) }
        if policy.unexpected { conditions.append(.word("unexpected")) }
        return DocumentNode(.list(conditions))
    }

    /// The statuses as a job file writes them.
    static func written(_ set: StatusSet) -> DocumentNode { DocumentNode(.list(ranges(set))) }

    private static func ranges(_ set: StatusSet) -> [DocumentNode] {
        var ranges: [DocumentNode] = []
        var first: Int?
        for status in 100...600 {
            if status < 600, set.contains(status) {
                if first == nil { first = status }
            } else if let start = first {
                ranges.append(start == status - 1 ? .number(start) : .text("\(start)-\(status - 1)"))
                first = nil
            }
        }
        return ranges
    }
}
