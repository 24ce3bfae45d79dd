internal import CrawlCore
internal import Curl

/// Replies of which more is read than every page has.
extension PageFetcher {
    /// The reader of the reply, begun where no byte of a body came; nil where nothing is wanted of it.
    func replyReader(_ transfer: Transfer) -> ReplyReader? {
        guard let reading = request?.page?.message?.reading else { return nil }
        if let reader = progress.reply { return reader }
        let reader = ReplyReader(reading, contentType: transfer.contentType, redaction: redaction)
        progress.reply = reader
        return reader
    }

    /// Ends a reply with a status that the job accepts, by what it says.
    ///
    /// - Returns: false where it is not to be looked at.
    func completeReply(_ request: PageRequest, _ transfer: Transfer) -> Bool {
        guard let reader = replyReader(transfer), let page = request.page else { return false }
        reader.finish()
        if let fault = reader.fault {
            finish(failure: fault.kind, fault.reason)
            return true
        }
        if let (kind, reason) = emptiness(reader, transfer) {
            finish(failure: kind, reason)
            return true
        }
        let reply = reader.reply(
            url: url(of: request), body: digest.digest, header: { transfer.headers($0) })
        if let throttle = reader.reading.throttle, let allowance = throttle.allowance(reply.values) {
            progress.allowance = allowance
        }
        if restarts(reader, reply, transfer) { return true }
        if let missed = reader.reading.expectations.first(where: { !$0.passes(reply.values[$0.place]) }) {
            let found = reply.values[missed.place]?.json.prefix(200) ?? "nothing"
            let message = "expect: \(missed), and the reply has \(found)"
            guard let throttle = reader.reading.throttle, let wait = rateLimitWait else {
                finish(failure: .unexpected, message)
                return true
            }
            if throttle.isHopeless(reply.values) {
                finish(.failed(.unexpected), error: "\(message); it takes more than there ever is", .answered)
            } else {
                finish(refused: .unexpected, message, LimitRefusal(wait: wait))
            }
            return true
        }
        if let mismatch = reader.mismatch {
            finish(failure: .unexpected, "expect: \(mismatch)")
            return true
        }
        var pages: [FollowingPage] = []
        if let paging = reader.reading.paging {
            switch Paginator(paging, reader.reading.request).step(after: reply) {
            case .pages(let following): pages = following
            case .repeated(let reason):
                finish(failure: .unexpected, reason)
                return true
            case .empty(let reason):
                finish(tryingAgain: reason)
                return true
            }
        }
        progress.followUp = followUp(reader, pages, of: page)
        finish(.done, error: reader.note, .answered)
        return true
    }

    /// Why a reply cannot be the end of a list that it would seem to be; nil where it can.
    ///
    /// A 304 answers a condition, which only the job's own header fields can have; 204 and 205 have no body by themselves.
    private func emptiness(_ reader: ReplyReader, _ transfer: Transfer) -> (ErrorKind, String)? {
        if let fault = reader.linkFault(transfer.headers("link")) { return (.badResponse, fault) }
        guard reader.missesBody, let status = transfer.statusCode, status != 204, status != 205 else {
            return nil
        }
        guard status == 304 else { return (.badResponse, "items: the body is empty") }
        let asked = ["if-none-match", "if-modified-since"]
        let fields = request?.page?.message?.headers ?? policy.headers
        guard !fields.contains(where: { asked.contains($0.name.lowercased()) }) else { return nil }
        return (.httpStatus, "status 304, although the request had no condition")
    }

    /// Begins the list anew where a reply says that the place in it is not known any more.
    ///
    /// - Returns: false where it says nothing of the kind.
    func restarts(_ reader: ReplyReader, _ reply: Paginator.Reply?, _ transfer: Transfer) -> Bool {
        guard let paging = reader.reading.paging, let expired = paging.expired,
            reader.reading.request.place != nil
        else { return false }
        if let status = expired.status, status != transfer.statusCode { return false }
        if let test = expired.test {
            guard let reply, test.passes(reply.values[test.place]) else { return false }
        }
        guard let first = Paginator(paging, reader.reading.request).restart() else {
            finish(failure: .unexpected, "the place in the list has expired")
            return true
        }
        progress.followUp = FollowUp(pages: [first], restarts: true).redacted(redaction)
        finish(
            .done, error: "the place in the list had expired, so it is read again from its first page",
            .answered)
        return true
    }

    /// Looks at a reply with a status that the job does not accept.
    ///
    /// - Returns: whether that settled its page.
    func restartsAfterFailure(_ request: PageRequest, _ transfer: Transfer) -> Bool {
        guard request.page?.message?.reading?.paging?.expired != nil, let reader = replyReader(transfer)
        else {
            return false
        }
        reader.finish()
        let reply =
            reader.fault == nil
            ? reader.reply(url: url(of: request), body: nil, header: { transfer.headers($0) }) : nil
        return restarts(reader, reply, transfer)
    }

    private func followUp(
        _ reader: ReplyReader, _ pages: [FollowingPage], of page: ClaimedPage
    ) -> FollowUp? {
        let items = reader.takeItems()
        guard items != nil || !pages.isEmpty else { return nil }
        let sendsKey = page.message?.headers.contains { $0.name.lowercased() == "idempotency-key" } ?? false
        let redaction = redaction
        let named = pages.map { page in
            var page = page.keepingAtHome(reader.reading.request, redaction)
            if sendsKey { page.idempotencyKey = UniqueID.random() }
            return page
        }
        return FollowUp(items: items, pages: named, templates: reader.reading.templates).redacted(redaction)
    }

    /// The URL that answered, with its secrets.
    private func url(of request: PageRequest) -> String {
        request.chain == nil ? request.page?.message?.url ?? request.url : request.url
    }
}

extension FollowingPage {
    /// The same, refused where it would take a secret to another host: a server may put what it was sent into a link.
    fileprivate func keepingAtHome(_ request: Paginator.Request, _ redaction: Redaction) -> FollowingPage {
        guard end == nil, redaction.isMentioned(in: url), let target = try? WebURL(parsing: url),
            target.hostKey != (try? WebURL(parsing: request.place?.firstURL ?? request.url))?.hostKey
        else { return self }
        var page = self
        page.hostKeyLength = 0
        page.end = .failed(
            .unexpected, "the next link leads to another origin, \(target.hostKey), with a secret in it")
        return page
    }
}
