internal import CrawlCore
internal import Extract

/// Where values of a reply are, and what they have to be.
enum ReplySchema {
    /// The place of a value while its keys are read.
    struct Draft {
        var places: [(place: ReplyPlace, key: String)] = []
        var wanted: ReplyTest.Wanted?
        var status: Int?
        var type: String?
        var schema: String?
        var restarts: Bool?
        var origin: Paging.Origin?
    }

    static let json = Field<Draft>("json", .someText, "a path in a JSON body", example: "$.meta.next") {
        cursor, draft throws(JobFileError) in
        draft.places.append((.json(try path(cursor)), "json"))
    }

    static let xpath = Field<Draft>(
        "xpath", .someText, "a path in an XML body", example: "//opensearch:totalResults"
    ) { cursor, draft throws(JobFileError) in
        draft.places.append((.xpath(try cursor.text()), "xpath"))
    }

    static let item = Field<Draft>(
        "item", .someText, "a path in the last item of the page", example: "$.id"
    ) { cursor, draft throws(JobFileError) in
        draft.places.append((.item(try path(cursor)), "item"))
    }

    /// - Parameter name: what the key is called.
    static func header(_ name: String) -> Field<Draft> {
        Field(name, .someText, "a field of the header", example: "x-next-cursor") {
            cursor, draft throws(JobFileError) in
            let name = try cursor.text()
            guard !name.isEmpty, name.utf8.allSatisfy(HeaderSchema.isTokenByte) else {
                throw cursor.failure(
                    "\(cursor.found) is not the name of a header; write letters, digits and hyphens")
            }
            draft.places.append((name.lowercased() == "link" ? .link : .header(name.lowercased()), "header"))
        }
    }

    private static let value = Field<Draft>(
        "is", ValueType(["type": ["string", "number", "boolean", "null"]]), "the value that it has",
        example: DocumentNode(.boolean(false))
    ) { cursor, draft throws(JobFileError) in
        switch cursor.node.content {
        case .null: draft.wanted = .value("null")
        case .boolean(let value): draft.wanted = .value("\(value)")
        case .number(let digits): draft.wanted = .value(digits)
        default: draft.wanted = .value(try cursor.text())
        }
    }

    private static let absent = Field<Draft>(
        "absent", .boolean, "true: it is not there, or null; false: it is there"
    ) { cursor, draft throws(JobFileError) in
        draft.wanted = try cursor.boolean() ? .absent : .present
    }

    /// A place alone: `{json: "$.total"}`.
    static let placeSchema = Schema<Draft>([json, header("header"), xpath])

    private static let testSchema = Schema<Draft>(
        [json, header("header"), xpath, value, absent],
        rules: [.oneOf(["json", "header", "xpath"]), .oneOf(["is", "absent"])])

    private static let expectationSchema = Schema<Draft>(
        [
            json, header("header"), xpath, value, absent,
            Field("type", .someText, "the type of the body", example: "application/json") {
                cursor, draft throws(JobFileError) in
                let type = try cursor.text()
                guard AcceptedTypes.isType(type) else {
                    throw cursor.failure("\"\(type)\" is not a type; write one such as application/json")
                }
                draft.type = type.lowercased()
            },
            Field(
                "schema", .someText,
                "a file with a JSON Schema of the reply, or of each item of a request with `items`, relative to the job file",
                example: "reply.schema.json"
            ) { cursor, draft throws(JobFileError) in
                draft.schema = try UploadSchema.path(cursor)
            },
        ], rules: [.oneOf(["json", "header", "xpath", "type", "schema"])])

    static let place = placeSchema.type(defaults: nil)
    static let test = testSchema.type(defaults: nil)
    static let expectations = ValueType.list(of: expectationSchema.type(defaults: nil), atLeast: 1)

    /// Reads a path that is followed while a reply comes.
    static func path(_ cursor: Cursor, isOfItems: Bool = false) throws(JobFileError) -> String {
        let text = try cursor.text()
        if let fault = ItemReader.fault(inPath: text, isOfItems: isOfItems) { throw cursor.failure(fault) }
        return text
    }

    static func readPlace(_ cursor: Cursor) throws(JobFileError) -> ReplyPlace {
        var draft = Draft()
        try placeSchema.read(cursor, into: &draft)
        return try draft.place(cursor, "json, header or xpath")
    }

    static func readTest(_ cursor: Cursor) throws(JobFileError) -> ReplyTest {
        var draft = Draft()
        try testSchema.read(cursor, into: &draft)
        let place = try draft.place(cursor, "json, header or xpath")
        guard let wanted = draft.wanted else {
            throw cursor.failure("nothing says what the value has to be; write is, or absent")
        }
        return ReplyTest(place, wanted)
    }

    /// Reads what a reply has to say.
    ///
    /// - Parameter schema: gets the file of a schema, which is the same in all tests.
    static func readExpectations(
        _ cursor: Cursor, schema: inout String?
    ) throws(JobFileError) -> [ReplyTest] {
        let elements = try cursor.elements(example: "[{json: \"$.status\", is: ok}]")
        guard !elements.isEmpty else { throw cursor.failure("the list is empty; write at least one test") }
        var tests: [ReplyTest] = []
        for element in elements {
            var draft = Draft()
            try expectationSchema.read(element, into: &draft)
            if let file = draft.schema {
                guard draft.places.isEmpty, draft.wanted == nil, draft.type == nil, schema == nil else {
                    throw element.failure(
                        "a test has one of json, header, xpath, type and schema, and a request one schema; remove the others"
                    )
                }
                schema = file
                continue
            }
            if let type = draft.type {
                guard draft.places.isEmpty, draft.wanted == nil else {
                    throw element.failure("a test has one of json, header and type; remove the others")
                }
                tests.append(ReplyTest(.type, .value(type)))
                continue
            }
            let place = try draft.place(element, "json, header, xpath, type or schema")
            guard let wanted = draft.wanted else {
                throw element.failure("nothing says what the value has to be; write is, or absent")
            }
            tests.append(ReplyTest(place, wanted))
        }
        return tests
    }
}

extension ReplySchema.Draft {
    /// The one place.
    func place(_ cursor: Cursor, _ keys: String) throws(JobFileError) -> ReplyPlace {
        guard let first = places.first else {
            throw cursor.failure("nothing says where the value is; write \(keys)")
        }
        guard places.count == 1 else { throw cursor.failure("a value is in one place; write one of \(keys)") }
        return first.place
    }
}
