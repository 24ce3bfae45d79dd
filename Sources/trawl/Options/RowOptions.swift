internal import ArgumentParser
internal import TrawlStore

/// Flags that say which pages are shown, and what of each.
struct RowOptions: ParsableArguments {
    @Flag(help: "Only pages that failed, and lines of the list that are no URLs.")
    var failed = false

    @Option(help: ArgumentHelp("Only these HTTP statuses: 404, 5xx, 400-499.", valueName: "status,…"))
    var status: StatusList?

    @Option(help: ArgumentHelp("Only these types: text/html, image/*.", valueName: "type,…"))
    var type: TypeList?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only pages for which this is true: an SQL expression over the columns of the view results.",
            valueName: "sql"))
    var condition: String?

    @Option(help: ArgumentHelp("So many rows at most.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp("These fields, in this order, instead of the usual ones.", valueName: "field,…"))
    var fields: FieldList?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1") }
    }

    /// Whether any of the flags is given.
    var isGiven: Bool {
        failed || status != nil || type != nil || condition != nil || limit != nil || fields != nil
    }

    var filter: ResultFilter {
        var filter = failed ? ResultFilter.failed : .all
        filter.statuses = status?.ranges ?? []
        filter.contentTypes = type?.types ?? []
        filter.condition = condition
        return filter
    }
}

/// HTTP statuses: `404,5xx,400-499`.
struct StatusList: ExpressibleByArgument {
    let ranges: [ClosedRange<Int>]

    init?(argument: String) {
        let ranges = argument.list.map(StatusList.range)
        guard !ranges.isEmpty, !ranges.contains(nil) else { return nil }
        self.ranges = ranges.compactMap { $0 }
    }

    private static func range(_ text: String) -> ClosedRange<Int>? {
        let statuses = 100...599
        let ends: [Int?]
        if let first = text.first, text.dropFirst().lowercased() == "xx" {
            ends = [Int("\(first)00"), Int("\(first)99")]
        } else {
            ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
        }
        guard let lower = ends.first ?? nil, let upper = ends.last ?? nil, lower <= upper,
            statuses.contains(lower), statuses.contains(upper)
        else { return nil }
        return lower...upper
    }
}

/// Types of content: `text/html,image/*`.
struct TypeList: ExpressibleByArgument {
    let types: [String]

    init?(argument: String) {
        types = argument.list.map { $0.lowercased() }
        guard !types.isEmpty, types.allSatisfy(TypeList.isType) else { return nil }
    }

    private static func isType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(";")
    }
}

/// Fields of rows, by their names.
struct FieldList: ExpressibleByArgument {
    let fields: [ResultField]

    init?(argument: String) {
        let fields = argument.list.map(ResultField.init(rawValue:))
        guard !fields.isEmpty, !fields.contains(nil) else { return nil }
        self.fields = fields.compactMap { $0 }
    }

    static let allValueStrings = ResultField.allCases.map(\.rawValue)
}

extension String {
    /// The parts of a list with commas, without the white space around them.
    fileprivate var list: [String] {
        split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
