internal import CrawlCore
internal import GRDB
internal import GRDBSQLite
internal import TrawlStore

extension StoreTransaction {
    /// Refuses the condition of a ``ResultFilter`` that is no expression over the columns of the view `results`.
    ///
    /// - Throws: `StoreError` of kind `condition`.
    package func check(condition: String) throws {
        do {
            // In parentheses a second statement is a mistake of syntax.
            let statement = try database.makeStatement(
                sql: "SELECT 1 FROM all_results WHERE (\n\(condition)\n)")
            guard sqlite3_bind_parameter_count(statement.sqliteStatement) == 0 else {
                throw StoreError(.condition, "a condition takes no parameters; write the value itself")
            }
        } catch let error as DatabaseError {
            throw StoreError(condition: error)
        }
    }
}

extension StoreError {
    /// What SQLite says of a condition.
    init(condition error: DatabaseError) {
        // GRDB has this code for what is more than one statement, and its own words are for programmers.
        let reason = error.resultCode == .SQLITE_MISUSE ? "it has a second statement" : error.message ?? ""
        self.init(
            .condition, "the condition is no SQL expression over the columns of the view results: \(reason)")
    }
}

extension ResultFilter {
    /// As SQL over a row of `pages`; nil where all pass.
    func sql(of run: RunID) -> String? {
        var parts: [String] = []
        switch standing {
        case .any: break
        case .failed: parts.append("(pages.state = 'failed' OR pages.skip_reason = 'invalid_url')")
        case .settled: parts.append("pages.state IN ('done', 'failed', 'skipped')")
        }
        if !statuses.isEmpty {
            let ranges = statuses.map { "pages.status_code BETWEEN \($0.lowerBound) AND \($0.upperBound)" }
            parts.append("(\(ranges.joined(separator: " OR ")))")
        }
        if !contentTypes.isEmpty {
            parts.append("(\(contentTypes.map(ResultFilter.sql(ofType:)).joined(separator: " OR ")))")
        }
        if let condition {
            parts.append(
                """
                EXISTS (SELECT 1 FROM all_results WHERE page_id = pages.id AND run_id = \(run.rawValue) AND (
                \(condition)
                ))
                """)
        }
        return parts.isEmpty ? nil : parts.joined(separator: " AND ")
    }

    private static func sql(ofType type: String) -> String {
        let given =
            "lower(trim(substr(pages.content_type, 1, instr(pages.content_type || ';', ';') - 1), ' \t'))"
        guard type.hasSuffix("/*") else { return "\(given) = \(literal(type))" }
        let prefix = String(type.dropLast())
        return "substr(\(given), 1, \(prefix.unicodeScalars.count)) = \(literal(prefix))"
    }

    private static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
