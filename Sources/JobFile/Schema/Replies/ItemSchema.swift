internal import CrawlCore
internal import Extract

/// The key `items`: what is taken out of a reply, one row each.
enum ItemSchema {
    private struct Draft {
        var formats: [ItemSelection.Format] = []
        var namespaces: [RequestTemplate.Parameter] = []
    }

    private struct CSV {
        var delimiter = UInt8(ascii: ",")
        var charset: String?
    }

    private struct Events {
        var until: String?
    }

    static let type = ValueType.someText.or(schema.type(defaults: Draft()))

    private static let schema = Schema<Draft>(
        [
            Field("json", .someText, "where items are in a JSON body", example: "$.data[*]") {
                cursor, draft throws(JobFileError) in
                draft.formats.append(.json(try ReplySchema.path(cursor, isOfItems: true)))
            },
            Field(
                "xpath", .someText, "the elements of an XML body that are items", example: "//atom:entry"
            ) { cursor, draft throws(JobFileError) in
                draft.formats.append(.xml(path: try cursor.text(), namespaces: []))
            },
            Field(
                "namespaces", .mapping(of: .someText),
                "what prefixes in paths of `xpath` stand for; without it what the document writes counts",
                example: ["atom": "http://www.w3.org/2005/Atom"]
            ) { cursor, draft throws(JobFileError) in
                for entry in try cursor.entries() {
                    draft.namespaces.append(
                        RequestTemplate.Parameter(name: entry.key, value: try cursor.child(entry).text()))
                }
            },
            Field("ndjson", .boolean, "each line of the body is an item") {
                cursor, draft throws(JobFileError) in
                if try cursor.boolean() { draft.formats.append(.ndjson) }
            },
            Field(
                "csv", ValueType.boolean.or(csv.type(defaults: CSV())),
                "each row of the body is an item; the first row has the names"
            ) { cursor, draft throws(JobFileError) in
                var table = CSV()
                if case .mapping = cursor.node.content {
                    try csv.read(cursor, into: &table)
                } else if try !cursor.boolean() {
                    return
                }
                draft.formats.append(.csv(delimiter: table.delimiter, charset: table.charset))
            },
            Field(
                "sse", ValueType.boolean.or(events.type(defaults: Events())),
                "each server-sent event is an item"
            ) { cursor, draft throws(JobFileError) in
                var stream = Events()
                if case .mapping = cursor.node.content {
                    try events.read(cursor, into: &stream)
                } else if try !cursor.boolean() {
                    return
                }
                draft.formats.append(.events(until: stream.until))
            },
        ], rules: [.needs(["namespaces"], "xpath")])

    private static let csv = Schema<CSV>([
        Field(
            "delimiter", ValueType(["type": "string", "minLength": 1, "maxLength": 1]),
            "what is between fields", example: ";", written: { _ in .word(",") }
        ) { cursor, csv throws(JobFileError) in
            let text = try cursor.text()
            guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80,
                !"\"\r\n".utf8.contains(byte)
            else {
                throw cursor.failure("\(cursor.found) is not a delimiter; write one character of ASCII")
            }
            csv.delimiter = byte
        },
        Field("charset", .someText, "the encoding, in place of what the header says", example: "windows-1252")
        {
            cursor, csv throws(JobFileError) in
            let name = try cursor.text()
            guard TextEncodingName.isKnown(name) else {
                throw cursor.failure("\(cursor.found) is not an encoding; write one such as windows-1252")
            }
            csv.charset = name
        },
    ])

    private static let events = Schema<Events>([
        Field("until", .someText, "the data of the event that ends the stream", example: "[DONE]") {
            cursor, events throws(JobFileError) in
            events.until = try cursor.text()
        }
    ])

    static func read(_ cursor: Cursor) throws(JobFileError) -> ItemSelection {
        guard case .mapping = cursor.node.content else {
            return ItemSelection(.json(try ReplySchema.path(cursor, isOfItems: true)))
        }
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        guard draft.formats.count == 1, let format = draft.formats.first else {
            throw cursor.failure("items are in one format; write one of json, ndjson, csv, sse and xpath")
        }
        if case .xml(let path, _) = format {
            if let fault = ItemReader.fault(inXPath: path, namespaces: draft.namespaces) {
                throw cursor.failure("xpath: \(fault)")
            }
            return ItemSelection(.xml(path: path, namespaces: draft.namespaces))
        }
        guard draft.namespaces.isEmpty else {
            throw cursor.failure("namespaces go with xpath; remove them")
        }
        return ItemSelection(format)
    }

    /// A mapping that says where an item's key is.
    static let key = Schema<KeyDraft>(
        [
            Field("xpath", .someText, "a path within an element", example: "atom:id") {
                cursor, draft throws(JobFileError) in
                draft.path = try cursor.text()
            }
        ], rules: [.required(["xpath"])])

    struct KeyDraft {
        var path: String?
    }

    /// Reads `item_key`.
    static func readKey(_ cursor: Cursor) throws(JobFileError) -> String {
        guard case .mapping = cursor.node.content else { return try cursor.text() }
        var draft = KeyDraft()
        try key.read(cursor, into: &draft)
        guard let path = draft.path else {
            throw cursor.failure("nothing says where the key is; write xpath")
        }
        return path
    }
}
