internal import CrawlCore
internal import Extract

/// The key `paginate.cursor`: values of a page that go into the next request.
enum CursorSchema {
    /// The keys while they are read.
    struct Draft {
        var reply = ReplySchema.Draft()
        var targets: [Paging.Target] = []
        var isOptional = false
    }

    static let type = schema.type(defaults: Draft())

    private static let schema = Schema<Draft>(
        [
            lifted(ReplySchema.json), lifted(ReplySchema.item), lifted(ReplySchema.xpath),
            lifted(ReplySchema.header("response_header")),
        ] + targets() + [
            .boolean("optional", \.isOptional, "go on without it where a page has none")
        ])

    private static func lifted(_ field: Field<ReplySchema.Draft>) -> Field<Draft> {
        Field(field.name, field.type(nil), field.meaning, example: field.example) {
            cursor, draft throws(JobFileError) in
            try field.read(cursor, &draft.reply)
        }
    }

    /// The keys that say where a value goes.
    static func targets() -> [Field<Draft>] {
        [
            Field("param", .someText, "a parameter of the URL", example: "after") {
                cursor, draft throws(JobFileError) in
                draft.targets.append(.parameter(try name(cursor)))
            },
            Field("body", .someText, "a place in the body, which is `json`", example: "$.variables.after") {
                cursor, draft throws(JobFileError) in
                draft.targets.append(.body(try place(cursor)))
            },
            Field("header", .someText, "a header field of the request", example: "x-cursor") {
                cursor, draft throws(JobFileError) in
                let name = try cursor.text()
                guard !name.isEmpty, name.utf8.allSatisfy(HeaderSchema.isTokenByte) else {
                    throw cursor.failure("\(cursor.found) is not the name of a header")
                }
                draft.targets.append(.header(name))
            },
        ]
    }

    private static func name(_ cursor: Cursor) throws(JobFileError) -> String {
        let name = try cursor.text()
        guard !name.isEmpty else { throw cursor.failure("the name of a parameter is missing; write it") }
        return name
    }

    private static func place(_ cursor: Cursor) throws(JobFileError) -> [JSONStep] {
        let text = try cursor.text()
        guard let steps = ItemReader.place(text) else {
            throw cursor.failure(
                "\"\(text)\" is not a place; write names and indexes, such as $.variables.after")
        }
        return steps
    }

    static func read(_ cursor: Cursor) throws(JobFileError) -> [Paging.Cursor] {
        guard case .list = cursor.node.content else { return [try one(cursor)] }
        var cursors: [Paging.Cursor] = []
        for element in try cursor.elements(example: "[{json: \"$.next\", param: after}]") {
            cursors.append(try one(element))
        }
        guard cursors.contains(where: { !$0.isOptional }) else {
            throw cursor.failure("nothing ends the result; one cursor must not be optional")
        }
        return cursors
    }

    private static func one(_ cursor: Cursor) throws(JobFileError) -> Paging.Cursor {
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        let place = try draft.reply.place(cursor, "json, item or response_header")
        guard draft.targets.count == 1, let target = draft.targets.first else {
            throw cursor.failure("nothing says where the value goes; write one of param, body and header")
        }
        return Paging.Cursor(place, to: target, isOptional: draft.isOptional)
    }
}

/// The keys `paginate.page` and `paginate.offset`: numbers that count on.
enum CounterSchema {
    /// The keys while they are read.
    struct Draft {
        var target = CursorSchema.Draft()
        var start: Int?
        var size: (parameter: String?, value: Int?) = (nil, nil)
        var isReceived = false
    }

    private static let targets = CursorSchema.targets().map { field in
        Field<Draft>(field.name, field.type(nil), field.meaning, example: field.example) {
            cursor, draft throws(JobFileError) in
            try field.read(cursor, &draft.target)
        }
    }

    private static func start(_ value: Int) -> Field<Draft> {
        Field(
            "start", .integer(0...1_000_000_000), "that of the first page",
            written: { _ in .number(value) }
        ) { cursor, draft throws(JobFileError) in
            draft.start = try cursor.integer(in: 0...1_000_000_000)
        }
    }

    private static let size = Field<Draft>(
        "size", sizeSchema.type(defaults: nil), "how many items a page is to have",
        example: ["param": "limit", "value": 100]
    ) { cursor, draft throws(JobFileError) in
        try sizeSchema.read(cursor, into: &draft)
        guard draft.size.value != nil else {
            throw cursor.failure("no value; write how many items a page has")
        }
    }

    private static let sizeSchema = Schema<Draft>(
        [
            Field("param", .someText, "a parameter of the URL that asks for so many", example: "limit") {
                cursor, draft throws(JobFileError) in
                draft.size.parameter = try cursor.text()
            },
            Field("value", .integer(1...1_000_000), "how many") { cursor, draft throws(JobFileError) in
                draft.size.value = try cursor.integer(in: 1...1_000_000)
            },
        ], rules: [.required(["value"])])

    static let page = Schema<Draft>(
        targets + [start(1), size], rules: [.oneOf(["param", "body", "header"])])

    static let offset = Schema<Draft>(
        targets + [
            start(0), size,
            Field(
                "step", .words(["size", "received"]), "count on by the size, or by the items that came",
                written: { _ in .word("size") }
            ) { cursor, draft throws(JobFileError) in
                switch try cursor.word() {
                case "size": draft.isReceived = false
                case "received": draft.isReceived = true
                default: throw cursor.failure("\(cursor.found) is not known here; write size or received")
                }
            },
        ], rules: [.oneOf(["param", "body", "header"])])

    static func readPage(_ cursor: Cursor, into paging: inout PagingSchema.Draft) throws(JobFileError) {
        var draft = Draft()
        try page.read(cursor, into: &draft)
        try add(draft, .pages, start: draft.start ?? 1, cursor, &paging)
    }

    static func readOffset(_ cursor: Cursor, into paging: inout PagingSchema.Draft) throws(JobFileError) {
        var draft = Draft()
        try offset.read(cursor, into: &draft)
        try add(draft, draft.isReceived ? .received : .items, start: draft.start ?? 0, cursor, &paging)
    }

    private static func add(
        _ draft: Draft, _ unit: Paging.Counter.Unit, start: Int, _ cursor: Cursor,
        _ paging: inout PagingSchema.Draft
    ) throws(JobFileError) {
        guard draft.target.targets.count == 1, let target = draft.target.targets.first else {
            throw cursor.failure("nothing says where the number goes; write one of param, body and header")
        }
        if let name = draft.size.parameter, let value = draft.size.value {
            paging.query.append(.init(name: name, value: "\(value)"))
        }
        if case .parameter(let name) = target { paging.query.append(.init(name: name, value: "\(start)")) }
        paging.walks.append(.count(Paging.Counter(target, start: start, unit: unit, size: draft.size.value)))
    }
}
