internal import CrawlCore

/// What a request says of the limits of its host: the keys `pool`, `rate` and `throttle`.
enum LimitSchema {
    static let fields: [Field<RequestTemplate>] = [
        Field(
            "pool", .someText,
            "requests of the same pool share a limit of the host, and a wait for it stops no others",
            example: "search"
        ) { cursor, request throws(JobFileError) in
            let name = try cursor.text()
            guard !name.isEmpty, name.utf8.count <= 64 else {
                throw cursor.failure("\(cursor.found) is not a name of 1 to 64 bytes")
            }
            request.pool = PoolRule(pool: name, interval: request.pool?.interval ?? .zero)
        },
        Field(
            "rate", .rate, "how often it may start at its host, together with the others of its `pool`",
            example: "20/min"
        ) { cursor, request throws(JobFileError) in
            let interval = try StartRate.read(cursor)
            request.pool = PoolRule(pool: request.pool?.pool ?? "", interval: interval)
        },
        Field(
            "throttle", throttle.type(defaults: nil),
            "where a JSON reply says how much of a limit is left; requests wait until there is enough",
            example: [
                "remaining": "$.cost.available", "per_second": "$.cost.restoreRate",
                "need": "$.cost.requested",
            ]
        ) { cursor, request throws(JobFileError) in
            var draft = Draft()
            try throttle.read(cursor, into: &draft)
            guard let remaining = draft.remaining, let perSecond = draft.perSecond else {
                throw cursor.failure("remaining and per_second are needed; write where they are in the reply")
            }
            var value = Throttle(remaining: remaining, perSecond: perSecond)
            (value.need, value.most) = (draft.need, draft.most)
            request.throttle = value
        },
    ]

    private struct Draft {
        var remaining: ReplyPlace?
        var perSecond: ReplyPlace?
        var need: ReplyPlace?
        var most: ReplyPlace?
    }

    private static func place(
        _ name: String, _ property: any WritableKeyPath<Draft, ReplyPlace?> & Sendable, _ meaning: String,
        example: DocumentNode
    ) -> Field<Draft> {
        Field(name, .someText, meaning, example: example) { cursor, draft throws(JobFileError) in
            draft[keyPath: property] = .json(try ReplySchema.path(cursor))
        }
    }

    private static let throttle = Schema<Draft>(
        [
            place("remaining", \.remaining, "how much is left", example: "$.cost.available"),
            place("per_second", \.perSecond, "how much comes back a second", example: "$.cost.restoreRate"),
            place("need", \.need, "how much a request takes; 1 without it", example: "$.cost.requested"),
            place(
                "most", \.most,
                "how much there is at most: a request that takes more fails, in place of waiting",
                example: "$.cost.maximum"),
        ], rules: [.required(["remaining", "per_second"])])

    /// Checks what a request says of limits.
    ///
    /// - Parameter isPattern: whether it stands in `requests`.
    static func check(
        _ request: inout RequestTemplate, isPattern: Bool, _ cursor: Cursor
    ) throws(JobFileError) {
        guard let pool = request.pool else { return }
        guard isPattern else {
            throw cursor.failure("pool and rate have no meaning in a list; they have in requests")
        }
        guard let name = request.name else {
            throw cursor.failure(
                "a request with pool or rate needs a name, by which its pages are known; write one")
        }
        // Without a name of its own a pool is that of this request alone.
        if pool.pool.isEmpty { request.pool?.pool = "request:\(name)" }
    }
}
