package import CrawlCore
internal import Extract

/// Every key of a request, in `requests` and in the lines of a list.
enum RequestSchema {
    /// Reads a request, with its job's values where it has none of its own.
    static func read(
        _ cursor: Cursor, job: JobSpec, isPattern: Bool
    ) throws(JobFileError) -> RequestTemplate {
        var request = RequestTemplate(job)
        // Those of a job's own requests are absolute already.
        let node = isPattern ? cursor.node : RelativePaths.absolute(request: cursor.node, cursor.source)
        let cursor = Cursor(node: node, path: cursor.path, source: cursor.source)
        try schema.read(cursor, into: &request)
        guard !request.url.isEmpty else {
            throw cursor.failure("no url; write {\"url\": \"https://example.org/\"}")
        }
        try checkBody(of: request, cursor)
        try checkReading(of: &request, cursor)
        try checkReferences(in: request, cursor)
        if let schema = request.schema {
            do throws(SchemaFile.Fault) {
                _ = try SchemaFile.read(schema)
            } catch {
                throw cursor.failure("expect: \(error.description)")
            }
        }
        try SinceSchema.check(request, isPattern: isPattern, cursor)
        try LimitSchema.check(&request, isPattern: isPattern, cursor)
        if isPattern, request.forEach == nil {
            do {
                _ = try URLPattern(request.url)
            } catch {
                throw cursor.failure(error.description)
            }
        }
        request.details = details(of: cursor.node)
        if let mistake = ChainTemplate.mistake(in: request) { throw cursor.failure(mistake) }
        guard request.forEach == nil || isPattern else {
            throw cursor.failure("for_each has no meaning in a list; it has in requests")
        }
        return request
    }

    /// Reads a request as it is stored with its page: without name, method and URL.
    static func readStored(_ cursor: Cursor, job: JobSpec) throws(JobFileError) -> RequestTemplate {
        var request = RequestTemplate(job)
        var node = cursor.node
        if case .mapping(let entries) = node.content {
            // What the first page of a result had is kept beside what this page has.
            node.content = .mapping(entries.filter { $0.key != "first_json" })
        }
        try schema.read(Cursor(node: node, path: cursor.path, source: cursor.source), into: &request)
        try setKey(of: &request, cursor)
        return request
    }

    /// Removes the keys that no request has from a mapping.
    ///
    /// - Returns: the removed keys as one JSON object; nil for none. They stay where there is no URL, since one of
    ///   them may be a misspelled `url`.
    static func takeUnknown(from node: inout DocumentNode) -> String? {
        guard case .mapping(let entries) = node.content, entries.contains(where: { $0.key == "url" }) else {
            return nil
        }
        let unknown = entries.filter { !names.contains($0.key) }
        guard !unknown.isEmpty else { return nil }
        node.content = .mapping(entries.filter { names.contains($0.key) })
        return DocumentNode(content: .mapping(unknown), position: node.position).json
    }

    private static let names = Set(schema.fields.map(\.name))

    /// What a request may be.
    static let type = schema.type(defaults: RequestTemplate(JobSpec(name: "")))

    /// A mapping whose values go into a query or a form.
    static let parameters = ValueType.mapping(
        of: ValueType.scalar.or(.list(of: .scalar)))

    private static let schema = Schema<RequestTemplate>(
        [
            Field("name", .someText, "the name of its result; not `errors`", example: "user") {
                cursor, request throws(JobFileError) in
                let name = try cursor.template()
                guard !name.isEmpty else { throw cursor.failure("not a text; write one, or remove the key") }
                guard name != "errors" else {
                    throw cursor.failure("trawl merge puts the errors there; write another name")
                }
                request.name = name
            },
            Field("method", .someText, "the HTTP method", example: "POST") {
                cursor, request throws(JobFileError) in
                request.method = try method(cursor)
            },
            Field("url", .url, "what is asked for, with ranges in `requests`; the only key that is needed") {
                cursor, request throws(JobFileError) in
                guard case .text = cursor.node.content, case let url = try cursor.template(), !url.isEmpty
                else {
                    throw cursor.failure("not a text; write \"https://example.org/\"")
                }
                request.url = url
            },
            Field(
                "query", parameters,
                "parameters that are added to the URL; a list gives one name several values",
                example: ["page": 2, "tag": ["a", "b"]]
            ) { cursor, request throws(JobFileError) in
                request.query = try cursor.parameters()
            },
            Field(
                "headers", HeaderSchema.type,
                "in addition to the job's own; they replace those of the same name",
                example: ["authorization": "Bearer ${env:API_KEY}"]
            ) { cursor, request throws(JobFileError) in
                request.headers = try HeaderSchema.fields(cursor)
            },
            CredentialSchema.field(
                "how the request shows who sends it, in place of the job's `request.auth`; `none` for not at all",
                \.auth),
            Field(
                "body", .text,
                "the body, as it is; a request has one of `body`, `json`, `form`, `body_file` and `multipart`"
            ) {
                cursor, request throws(JobFileError) in
                try checkSole(cursor, request)
                request.body = .text(try cursor.template())
            },
            Field("json", .any, "the body, as JSON", example: ["q": 1]) {
                cursor, request throws(JobFileError) in
                try checkSole(cursor, request)
                try cursor.checkTemplates()
                request.body = .json(cursor.node.json)
            },
            Field("form", parameters, "the body, as a form", example: ["q": "text"]) {
                cursor, request throws(JobFileError) in
                try checkSole(cursor, request)
                request.body = .form(try cursor.parameters())
            },
            Field("accept", StatusSchema.type, "statuses that make the page `done`, in place of the job's") {
                cursor, request throws(JobFileError) in
                request.accept = try StatusSchema.set(cursor)
            },
            .mapping(
                "timeouts", \.timeouts, JobSchema.timeouts,
                "how long each part may take, in place of the job's, key by key",
                showsDefaults: false),
            .mapping(
                "retry", \.retry, JobSchema.retry, "what is tried again, in place of the job's, key by key",
                showsDefaults: false),
            .boolean(
                "idempotency_key", \.sendsIdempotencyKey,
                "send an `Idempotency-Key`, the same in all attempts"),
            Field("extract", ExtractionSchema.type, "values from the reply, in place of the job's") {
                cursor, request throws(JobFileError) in
                request.extract = try ExtractionSchema.fields(cursor)
            },
            Field(
                "paginate", PagingSchema.type, "how the pages of the result follow one another",
                example: ["next": ["header": "link"]]
            ) { cursor, request throws(JobFileError) in
                let draft = try PagingSchema.read(cursor)
                request.paging = draft.paging
                request.pagingQuery = draft.query
            },
            Field(
                "items", ItemSchema.type,
                "what is taken out of the reply, a row of `items` each: a path in JSON, or a mapping of one of `json`, `ndjson`, `csv`, `sse` and `xpath`",
                example: "$.data[*]"
            ) { cursor, request throws(JobFileError) in
                request.items = try ItemSchema.read(cursor)
            },
            Field(
                "for_each", ForEachSchema.type,
                "make the request once for each item of another request, or each row of a file",
                example: ["request": "issues", "item": "$.number"]
            ) { cursor, request throws(JobFileError) in
                request.forEach = try ForEachSchema.read(cursor)
            },
            Field(
                "item_key", ValueType.someText.or(ItemSchema.key.type(defaults: nil)),
                "where an item's key is: a path within the item, the name of a CSV column, or a mapping of `xpath` within an element",
                example: "$.id"
            ) { cursor, request throws(JobFileError) in
                request.itemKey = try ItemSchema.readKey(cursor)
            },
            Field(
                "expect", ReplySchema.expectations,
                "what the reply has to say; else the page is `failed` as `unexpected`",
                example: [["json": "$.status", "is": "ok"]]
            ) { cursor, request throws(JobFileError) in
                request.expectations = try ReplySchema.readExpectations(cursor, schema: &request.schema)
            },
            Field(
                "limits", limits.type(defaults: nil), "the limits of the reply, in place of the job's",
                example: ["body": "1GiB"], children: limits.fields.map(\.name)
            ) { cursor, request throws(JobFileError) in
                try limits.read(cursor, into: &request)
            },
        ] + [SinceSchema.field] + UploadSchema.fields + LimitSchema.fields + ConnectionSchema.ofRequest,
        rules: [
            .required(["url"]), .atMostOneOf(["body", "json", "form", "body_file", "multipart"]),
            .needs(["item_key"], "items"),
            .needs(["pool", "rate", "since"], "name"),
        ],
        foreign: ForeignKey.ofRequest)

    private static let limits = Schema<RequestTemplate>([
        Field("body", .size, "bytes of a body, decoded; 0 is no limit") {
            cursor, request throws(JobFileError) in
            request.bodyLimit = try ByteCount.read(cursor)
        }
    ])

    /// Puts the key into the items, wherever the two stand.
    private static func setKey(of request: inout RequestTemplate, _ cursor: Cursor) throws(JobFileError) {
        guard let key = request.itemKey else { return }
        guard let items = request.items else {
            throw cursor.failure("item_key goes with items; write what the items are")
        }
        request.items?.key = key
        if case .csv = items.format { return }
        if case .xml(_, let namespaces) = items.format, !key.hasPrefix("$") {
            if let fault = ItemReader.fault(inXPath: key, namespaces: namespaces) {
                throw cursor.failure("item_key: \(fault)")
            }
            return
        }
        if let fault = ItemReader.fault(inPath: key, isOfItems: true) {
            throw cursor.failure("item_key: \(fault)")
        }
    }

    /// Checks what is read of the reply beside what every page has.
    private static func checkReading(of request: inout RequestTemplate, _ cursor: Cursor) throws(JobFileError)
    {
        try setKey(of: &request, cursor)
        if request.items != nil, !request.extract.isEmpty {
            throw cursor.failure(
                "a request with items takes no extract; remove it, or ask for it in another request")
        }
        let isJSON =
            switch request.items?.format {
            case nil, .json: true
            case .ndjson, .csv, .events, .xml: false
            }
        let places =
            (request.paging?.places ?? []) + request.expectations.map(\.place)
            + (request.throttle?.places ?? [])
        for place in places {
            switch place {
            case .json where !isJSON:
                throw cursor.failure("\(place.text): the body is no JSON; take the value from the header")
            case .xpath(let path):
                guard case .xml(_, let namespaces)? = request.items?.format else {
                    throw cursor.failure(
                        "\(path): xpath goes with items of xpath; write which elements they are")
                }
                if let fault = ItemReader.fault(inXPath: path, namespaces: namespaces) {
                    throw cursor.failure(fault)
                }
            case .item where request.items == nil:
                throw cursor.failure("a cursor of the last item goes with items; write what the items are")
            default: break
            }
        }
        guard let paging = request.paging else { return }
        if paging.isNumbered || paging.total != nil || paging.onEmpty != nil, request.items == nil,
            paging.pageCount == nil
        {
            throw cursor.failure(
                "paginate: numbered pages, total and empty need the count of items; write items")
        }
        if paging.writesBody {
            guard case .json? = request.body else {
                throw cursor.failure("paginate: a value goes into the body, which has to be json")
            }
        }
        for parameter in request.pagingQuery
        where !request.query.contains(where: { $0.name == parameter.name }) {
            request.query.append(parameter)
        }
    }

    private static func method(_ cursor: Cursor) throws(JobFileError) -> String {
        let method = try cursor.text()
        guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy(HeaderSchema.isTokenByte),
            method.uppercased() != "CONNECT"
        else {
            throw cursor.failure("\(cursor.found) is not a method; write GET, POST, PUT, PATCH or DELETE")
        }
        return method.uppercased()
    }

    static func checkSole(_ cursor: Cursor, _ request: RequestTemplate) throws(JobFileError) {
        guard request.body == nil else {
            throw cursor.failure(
                "a request has one of body, json, form, body_file and multipart; remove the others")
        }
    }

    private static func checkBody(of request: RequestTemplate, _ cursor: Cursor) throws(JobFileError) {
        if request.compressesBody {
            switch request.body {
            case nil: throw cursor.failure("gzip goes with a body; remove it, or write one")
            case .multipart?: throw cursor.failure("gzip does not go with multipart; remove one of them")
            default: break
            }
        }
        guard request.body != nil, let method = request.method, method == "HEAD" || method == "TRACE" else {
            return
        }
        throw cursor.failure("\(method) sends no body; remove it, or write another method")
    }

    /// Refuses secrets in a URL's host and path, since these are stored and shown as they are.
    private static func checkReferences(
        in request: RequestTemplate, _ cursor: Cursor
    ) throws(JobFileError) {
        let base = request.url.prefix { $0 != "?" && $0 != "#" }
        guard TextTemplate.hasReferences(String(base)), let template = try? TextTemplate(request.url),
            // One that holds a question mark itself.
            template.references.contains(where: { $0.isSecret && base.contains($0.description.prefix(5)) })
        else { return }
        throw cursor.failure("url: a secret may stand in the query, in headers and in the body; not here")
    }

    /// The keys that are stored with the page.
    private static func details(of node: DocumentNode) -> String? {
        guard case .mapping(let entries) = node.content else { return nil }
        let kept = entries.filter { !["name", "method", "url", "query"].contains($0.key) }
        return kept.isEmpty ? nil : DocumentNode(content: .mapping(kept), position: node.position).json
    }
}

extension RequestTemplate {
    /// Reads the stored keys of a request (``RequestTemplate/details``).
    ///
    /// - Parameter job: whose values stand in for those that the request does not have.
    /// - Throws: ``JobFileError`` where it is none.
    package init(details: String, job: JobSpec) throws(JobFileError) {
        let source = JobSource.commandLine(name: job.name)
        let node: DocumentNode
        do throws(JSONComposer.Mistake) {
            node = try JSONComposer.compose(details)
        } catch {
            throw source.failure(at: nil, "a request in the database is not valid JSON")
        }
        self = try RequestSchema.readStored(Cursor(node: node, path: "", source: source), job: job)
    }
}
