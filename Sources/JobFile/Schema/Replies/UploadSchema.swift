internal import CrawlCore

/// Bodies that come from files: the keys `body_file`, `multipart` and `gzip`.
enum UploadSchema {
    static let fields: [Field<RequestTemplate>] = [
        Field(
            "body_file", .someText,
            "a file that is the body, relative to the job file; it is read while it is sent",
            example: "data.ndjson"
        ) { cursor, request throws(JobFileError) in
            try RequestSchema.checkSole(cursor, request)
            request.body = .file(try path(cursor))
        },
        Field(
            "multipart", parts,
            "the body, as a form with files (`multipart/form-data`): texts, and mappings of `path`, `type` and `filename`",
            example: ["file": ["path": "photo.jpg", "type": "image/jpeg"], "title": "A photo"]
        ) { cursor, request throws(JobFileError) in
            try RequestSchema.checkSole(cursor, request)
            request.body = .multipart(try readParts(cursor))
        },
        .boolean("gzip", \.compressesBody, "send the body compressed, with `Content-Encoding: gzip`"),
    ]

    private static let parts = ValueType.mapping(
        of: ValueType.scalar.or(part.type(defaults: nil)), atLeast: 1)

    private struct Draft {
        var path: String?
        var type: String?
        var name: String?
    }

    private static let part = Schema<Draft>(
        [
            Field("path", .someText, "the file, relative to the job file", example: "photo.jpg") {
                cursor, draft throws(JobFileError) in
                draft.path = try path(cursor)
            },
            Field(
                "type", .line, "its `Content-Type`; without it libcurl's guess by the name",
                example: "image/jpeg"
            ) {
                cursor, draft throws(JobFileError) in
                draft.type = try HeaderSchema.value(cursor)
            },
            Field("filename", .line, "the name that is sent, in place of the file's", example: "photo.jpg") {
                cursor, draft throws(JobFileError) in
                draft.name = try HeaderSchema.value(cursor)
            },
        ], rules: [.required(["path"])])

    /// A path, which is absolute by now.
    static func path(_ cursor: Cursor) throws(JobFileError) -> String {
        let path = try cursor.text()
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw cursor.failure("not a path; write that of a file")
        }
        return cursor.source.resolve(path)
    }

    private static func readParts(_ cursor: Cursor) throws(JobFileError) -> [RequestUpload.Part] {
        var parts: [RequestUpload.Part] = []
        for entry in try cursor.entries() {
            let value = cursor.child(entry)
            guard !TextTemplate.hasReferences(entry.key) else {
                throw value.failure("a name refers to nothing; only values do")
            }
            guard case .mapping = value.node.content else {
                parts.append(.init(name: entry.key, .text(try value.scalar())))
                continue
            }
            var draft = Draft()
            try part.read(value, into: &draft)
            guard let path = draft.path else { throw value.failure("no path; write that of a file") }
            parts.append(.init(name: entry.key, .file(path), type: draft.type, fileName: draft.name))
        }
        guard !parts.isEmpty else { throw cursor.failure("the form is empty; write at least one part") }
        return parts
    }
}
