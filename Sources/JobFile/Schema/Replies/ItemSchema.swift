internal import CrawlCore

/// The key `items`: what is taken out of a reply, one row each.
enum ItemSchema {
    private struct Draft {
        var formats: [ItemSelection.Format] = []
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
        ])

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
            throw cursor.failure("items are in one format; write one of json, ndjson, csv and sse")
        }
        return ItemSelection(format)
    }
}
