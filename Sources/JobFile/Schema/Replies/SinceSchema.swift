internal import CrawlCore
internal import Extract

/// The key `since`: what a request asks for anew in each run.
enum SinceSchema {
    private struct Draft {
        var steps: [JSONStep]?
        var parameter: String?
        var start: String?
        var overlap: Duration = .zero
    }

    static let field = Field<RequestTemplate>(
        "since", schema.type(defaults: Draft()),
        "what is new since the last finished run: the largest value of its items is sent in a parameter",
        example: ["json": "$.updated_at", "param": "updated_since", "start": "2026-01-01"]
    ) { cursor, request throws(JobFileError) in
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        guard let steps = draft.steps, let parameter = draft.parameter else {
            throw cursor.failure(
                "json and param are needed; write where the value is in an item, and where it goes")
        }
        request.since = Since(
            steps: steps, parameter: parameter, start: draft.start, overlap: draft.overlap)
    }

    private static let schema = Schema<Draft>(
        [
            Field("json", .someText, "the value that grows, a path within the item", example: "$.updated_at")
            {
                cursor, draft throws(JobFileError) in
                let text = try cursor.text()
                guard let steps = ItemReader.place(text) else {
                    throw cursor.failure(
                        "\"\(text)\" is not a place; write names and indexes, such as $.updated_at")
                }
                draft.steps = steps
            },
            Field("param", .someText, "the parameter of the URL that it is sent in", example: "updated_since")
            {
                cursor, draft throws(JobFileError) in
                let name = try cursor.text()
                guard !name.isEmpty else { throw cursor.failure("no name; write that of a parameter") }
                draft.parameter = name
            },
            Field(
                "start", ValueType(["type": ["string", "number"]]),
                "what the first run sends; nothing without it", example: "2026-01-01"
            ) { cursor, draft throws(JobFileError) in
                guard let text = try cursor.word() else {
                    throw cursor.failure("\(cursor.found) is not a value; write a text or a number")
                }
                draft.start = text
            },
            .duration(
                "overlap", \.overlap,
                "how much earlier than the largest value is sent, of times; items that come twice are one by their `item_key`"
            ),
        ], rules: [.required(["json", "param"])])

    /// Checks what goes with it.
    static func check(
        _ request: RequestTemplate, isPattern: Bool, _ cursor: Cursor
    ) throws(JobFileError) {
        guard request.since != nil else { return }
        guard isPattern, request.forEach == nil else {
            throw cursor.failure(
                "since has a meaning only in requests that are made once, not in a list and with for_each")
        }
        guard request.name != nil else {
            throw cursor.failure("a request with since needs a name, by which its items are found; write one")
        }
        guard request.items != nil else {
            throw cursor.failure("since goes with items; write what the items are")
        }
    }
}
