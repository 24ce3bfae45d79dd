internal import CrawlCore
internal import Extract

/// The key `paginate`: how the pages of a result follow one another.
enum PagingSchema {
    /// The keys while they are read.
    struct Draft {
        var walks: [Paging.Walk] = []
        var paging = Paging(.cursors([]))
        /// What is added to the first request's query.
        var query: [RequestTemplate.Parameter] = []
    }

    static let type = schema.type(defaults: Draft())

    private static let schema = Schema<Draft>(
        walks + [
            Field("until", ReplySchema.test, "a page of which this is true is the last") {
                cursor, draft throws(JobFileError) in
                draft.paging.until = try ReplySchema.readTest(cursor)
            },
            Field(
                "total", ReplySchema.place,
                "how many items there are; numbered pages are then asked for in parallel, and fewer items are a failure"
            ) { cursor, draft throws(JobFileError) in
                draft.paging.total = try ReplySchema.readPlace(cursor)
            },
            Field(
                "pages", ValueType.integer(1...1_000_000).or(ReplySchema.place),
                "the most pages of a result, 10000 by default; or where the first page says how many there are"
            ) { cursor, draft throws(JobFileError) in
                if case .mapping = cursor.node.content {
                    draft.paging.pageCount = try ReplySchema.readPlace(cursor)
                } else {
                    draft.paging.mostPages = try cursor.integer(in: 1...1_000_000)
                }
            },
            .choice(
                "repeat", \.paging.onRepeat,
                "what a page that was asked for before means: a failure, the end, or nothing"),
            Field(
                "empty", .words(Paging.Empty.self),
                "what a page without items means; `end` where pages are numbered, else `go_on`; `retry` asks again while there is more by `total`"
            ) { cursor, draft throws(JobFileError) in
                draft.paging.onEmpty = try cursor.choice() as Paging.Empty
            },
            Field(
                "expired", expired.type(defaults: Paging.Expired()),
                "by what a reply says that the place in the list is not known any more",
                example: ["status": 404, "do": "restart"]
            ) { cursor, draft throws(JobFileError) in
                draft.paging.expired = try readExpired(cursor)
            },
            Field(
                "then", rest.type(defaults: Paging.Rest()),
                "what all requests but the first have instead of their own",
                example: ["url": "https://example.org/scroll"]
            ) { cursor, draft throws(JobFileError) in
                var value = Paging.Rest()
                try rest.read(cursor, into: &value)
                draft.paging.rest = value
            },
        ], rules: [.oneOf(walks.map(\.name))],
        foreign: ["max_pages": "pages", "limit": "pages", "stop": "until"])

    private static let walks: [Field<Draft>] = [
        Field(
            "next", next.type(defaults: ReplySchema.Draft()),
            "where the URL of the next page is; one of `next`, `cursor`, `merge`, `page` and `offset`",
            example: ["json": "$.links.next"]
        ) { cursor, draft throws(JobFileError) in
            var place = ReplySchema.Draft()
            try next.read(cursor, into: &place)
            draft.walks.append(.next(try place.place(cursor, "json, header or xpath")))
            draft.paging.origin = place.origin ?? .link
        },
        Field(
            "cursor", CursorSchema.type.or(.list(of: CursorSchema.type, atLeast: 1)),
            "a value of the page, or several, that go into the next request",
            example: ["json": "$.meta.cursor", "param": "after"]
        ) { cursor, draft throws(JobFileError) in
            draft.walks.append(.cursors(try CursorSchema.read(cursor)))
        },
        Field(
            "merge", .someText, "an object of the page whose members are merged into the first page's query",
            example: "$.continue"
        ) { cursor, draft throws(JobFileError) in
            draft.walks.append(.merge(.json(try ReplySchema.path(cursor))))
        },
        Field(
            "page", CounterSchema.page.type(defaults: CounterSchema.Draft()), "the number of the page",
            example: ["param": "page"]
        ) { cursor, draft throws(JobFileError) in
            try CounterSchema.readPage(cursor, into: &draft)
        },
        Field(
            "offset", CounterSchema.offset.type(defaults: CounterSchema.Draft()),
            "the number of items before the page",
            example: ["param": "offset", "size": ["param": "limit", "value": 100]]
        ) { cursor, draft throws(JobFileError) in
            try CounterSchema.readOffset(cursor, into: &draft)
        },
    ]

    private static let next = Schema<ReplySchema.Draft>(
        [
            ReplySchema.json, ReplySchema.header("header"), ReplySchema.xpath,
            Field(
                "origin", .words(Paging.Origin.self),
                "`link`: the next page has to be at the first one's scheme, host and port; `first`: it is asked for there whatever the link says; `any`: it may be anywhere, and gets no header fields there",
                written: { _ in .word(Paging.Origin.link.rawValue) }
            ) { cursor, draft throws(JobFileError) in
                draft.origin = try cursor.choice() as Paging.Origin
            },
        ], rules: [.oneOf(["json", "header", "xpath"])])

    private static let expired = Schema<Paging.Expired>([
        Field("status", .status(), "the status of the reply", example: 410) {
            cursor, expired throws(JobFileError) in
            expired.status = try StatusSchema.range(cursor).lowerBound
        },
        Field("test", ReplySchema.test, "what the reply says") { cursor, expired throws(JobFileError) in
            expired.test = try ReplySchema.readTest(cursor)
        },
        Field(
            "do", .words(["restart", "fail"]),
            "read the list again from its first page, in place of what was read; or fail",
            written: { _ in .word("restart") }
        ) { cursor, expired throws(JobFileError) in
            switch try cursor.word() {
            case "restart": expired.restarts = true
            case "fail": expired.restarts = false
            default: throw cursor.failure("\(cursor.found) is not known here; write restart or fail")
            }
        },
    ])

    private static let rest = Schema<Paging.Rest>([
        Field("url", .url, "the URL") { cursor, rest throws(JobFileError) in
            rest.url = try cursor.template()
        },
        Field("json", .any, "the body, as JSON", example: ["scroll": "1m"]) {
            cursor, rest throws(JobFileError) in
            try cursor.checkTemplates()
            rest.json = cursor.node.json
        },
    ])

    private static func readExpired(_ cursor: Cursor) throws(JobFileError) -> Paging.Expired {
        var value = Paging.Expired()
        try expired.read(cursor, into: &value)
        guard value.status != nil || value.test != nil else {
            throw cursor.failure("nothing says by what it is known; write status, or test")
        }
        return value
    }

    /// Reads `paginate` of a request.
    static func read(_ cursor: Cursor) throws(JobFileError) -> Draft {
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        guard draft.walks.count == 1, let walk = draft.walks.first else {
            throw cursor.failure(
                "one key says what leads to the next page; write next, cursor, merge, page or offset")
        }
        draft.paging.walk = walk
        guard draft.paging.onEmpty != .retry || draft.paging.total != nil else {
            throw cursor.failure("empty: retry goes with total, which says whether there is more")
        }
        if draft.paging.pageCount != nil {
            guard draft.paging.isNumbered else {
                throw cursor.failure("pages: a count of pages goes with page and offset; write a number")
            }
            guard draft.paging.total == nil else {
                throw cursor.failure("total and a count of pages say the same; remove one of them")
            }
        }
        return draft
    }
}
