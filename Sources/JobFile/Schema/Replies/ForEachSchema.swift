internal import CrawlCore
internal import Extract

/// The key `for_each`: for what a request is made again and again.
enum ForEachSchema {
    private struct Draft {
        var request: String?
        var file: String?
        var steps: [JSONStep]?
        var column: String?
    }

    static let type = schema.type(defaults: nil)

    private static let schema = Schema<Draft>(
        [
            Field("request", .someText, "the name of the request whose items they are", example: "issues") {
                cursor, draft throws(JobFileError) in
                draft.request = try cursor.text()
            },
            Field(
                "item", .someText, "the value that `${item}` stands for, a path within the item",
                example: "$.number"
            ) { cursor, draft throws(JobFileError) in
                let text = try cursor.text()
                guard let steps = text == "$" ? [] : ItemReader.place(text) else {
                    throw cursor.failure("\"\(text)\" is not a place; write names and indexes, such as $.id")
                }
                draft.steps = steps
            },
            Field(
                "file", .someText,
                "a table whose rows they are, relative to the job file: CSV with names in its first row, or NDJSON",
                example: "ids.csv"
            ) { cursor, draft throws(JobFileError) in
                draft.file = try UploadSchema.path(cursor)
            },
            Field("column", .someText, "the column that `${item}` stands for", example: "id") {
                cursor, draft throws(JobFileError) in
                draft.column = try cursor.text()
            },
        ], rules: [.oneOf(["request", "file"]), .needs(["column"], "file")])

    static func read(_ cursor: Cursor) throws(JobFileError) -> ForEach {
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        guard draft.column == nil || draft.steps == nil else {
            throw cursor.failure("item and column say the same; remove one of them")
        }
        switch (draft.request, draft.file) {
        case (let name?, nil):
            guard draft.column == nil else {
                throw cursor.failure("column goes with file; write item, a path such as $.id")
            }
            return ForEach(request: name, steps: draft.steps ?? [])
        case (nil, let path?):
            return ForEach(
                request: "", steps: draft.column.map { [.name($0)] } ?? draft.steps ?? [], file: path)
        case (nil, nil):
            throw cursor.failure("nothing says whose items; write the name of a request, or a file")
        default:
            throw cursor.failure("the items are those of a request or of a file; remove one of them")
        }
    }

    /// Checks whose items requests are made for.
    static func checkItems(of requests: [RequestTemplate], _ cursor: Cursor) throws(JobFileError) {
        for (index, request) in requests.enumerated() {
            guard let forEach = request.forEach, forEach.file == nil else { continue }
            let wanted = forEach.request
            func refused(_ reason: String) -> JobFileError {
                cursor.failure("requests[\(index)].for_each: \(reason)")
            }
            guard let parent = requests.first(where: { $0.name == wanted }) else {
                throw refused("there is no request with the name \"\(wanted)\"; write one that has items")
            }
            guard parent.items != nil else {
                throw refused("the request \"\(wanted)\" has no items; write what they are")
            }
            var (seen, next): (Set<String>, String?) = ([], wanted)
            while let name = next, seen.insert(name).inserted {
                let forEach = requests.first { $0.name == name }?.forEach
                next = forEach?.file == nil ? forEach?.request : nil
            }
            guard next == nil else { throw refused("the requests wait for one another's items") }
        }
    }
}
