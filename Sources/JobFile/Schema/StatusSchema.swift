internal import CrawlCore

/// The keys that list statuses.
enum StatusSchema {
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
                "\(cursor.found) is not a status; write 100 to 599, or a range in quotes such as \"200-299\"")
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
        for element in try cursor.elements(example: "[429, 503, transport]") {
            switch try element.word() {
            case "transport":
                policy.transport = true
            case .some(let word) where word.first?.isLetter == true:
                throw element.failure(
                    "\"\(word)\" is not a condition; write a status, \"500-599\" or transport")
            default:
                policy.statuses.insert(try range(element))
            }
        }
    }
}
