internal import ContentCoding
internal import CrawlCore
internal import Curl
internal import TrawlText

/// The end of an attempt.
extension PageFetcher {
    /// Ends an attempt whose response arrived whole, or goes on with a redirect.
    func complete(_ request: PageRequest, _ transfer: Transfer) {
        if let location = redirectTarget(transfer) {
            return follow(location, request, transfer)
        }
        let status = transfer.statusCode ?? 0
        if let errand = request.page?.message?.errand, status < 400 {
            return finish(errand, answer(to: errand, transfer), .answered)
        }
        if request.page != nil {
            if acceptedStatuses.contains(status) || status == 304 && conditions(of: request) != nil {
                if completeReply(request, transfer) { return }
                return finish(.done, error: nil, .answered)
            }
        } else if (200..<300).contains(status) {
            return finish(.found(statusCode: status, progress.robotsText), .answered)
        } else if status != 429, status < 500 {
            return finish(.unavailable(statusCode: status), .answered)
        }
        if restartsAfterFailure(request, transfer) { return }
        finish(failure: .httpStatus, progress.folderFault?.description ?? message(ofStatus: status, request))
    }

    /// The type of a page that the job does not take; nil for a page that it takes, and for what is none.
    ///
    /// A response without a type is taken: nothing says that it is of another.
    func refusedType(_ transfer: Transfer) -> String? {
        guard let types = policy.acceptTypes, let page = request?.page, page.kind == .page,
            acceptedStatuses.contains(transfer.running.head.status), redirectTarget(transfer) == nil,
            transfer.running.head.status != 304, let value = transfer.contentType,
            case let type = MIMEType.essence(of: value), !type.isEmpty, !types.contains(type)
        else { return nil }
        return type
    }

    /// Settles a page of a type that the job does not take.
    func leave(ofType type: String) {
        finish(.skipped(.contentType), error: "\(type) is not in accept_types", .answered)
    }

    private func follow(_ location: String, _ request: PageRequest, _ transfer: Transfer) {
        let now = environment.wallClock()
        var chain = request.chain ?? RedirectChain(startedAt: startedAt(transfer, now: now))
        let sentCookies = chainCookies(of: request).map { CookieField([$0.value]) } ?? transfer.sentCookies
        let hasChainCookies = hasChainCookies(request)
        if hasChainCookies, let url = try? WebURL(parsing: request.url) {
            chain.cookies.take(transfer.headers("set-cookie"), from: url)
        }
        chain.append(
            url: request.url, statusCode: transfer.statusCode ?? 0,
            method: request.page?.message?.method ?? "GET", page: request.page?.id,
            cookies: sentCookies, microseconds: transfer.totalMicroseconds,
            sizeDownload: transfer.sizeDownload)
        var limits = policy.limits
        if request.page == nil { limits.redirects = RobotsAnswer.redirects }
        // A page that was found by a link may not redirect to a URL to which a link would not be followed.
        let rules = request.page.map { $0.kind == .page && !$0.isNamed } == true ? sieve : nil
        // The sieve checks the URL's length as well.
        if rules != nil { limits.urlLength = 0 }
        let cookies = chain.cookies
        let decision = chain.decide(location: location, limits: limits) { target in
            guard !hasChainCookies else {
                return CookieField(cookies.field(for: target).map { [$0] } ?? [])
            }
            return transfer.cookies(for: target, own: ownCookies(for: target, request))
        }
        switch decision {
        case .follow(let target) where !target.isHostAgreed:
            finish(failure: .badRedirect, "libcurl reads another host out of Location")
        case .follow(let target):
            if let refusal = refusal(ofRedirectTo: target, chain) {
                return finish(failure: .badRedirect, refusal)
            }
            if let page = request.page, let reason = rules?.reasonToSkip(redirectTo: target, of: page) {
                return leave(page, chain, target, reason, now: now)
            }
            self.request = nil
            receiver.finished(
                self, .redirect(request.purpose, to: target, chain, from: request.host), .answered)
        case .refuse(let kind, let message):
            finish(failure: kind, message)
        }
    }

    /// Settles a page whose redirect is not followed.
    private func leave(
        _ page: ClaimedPage, _ chain: RedirectChain, _ target: WebURL, _ reason: SkipReason, now: Int64
    ) {
        guard let request else { return }
        let redaction = redaction
        // The secrets are masked before the URL is cut, since the cut may be within a secret.
        let url = redaction.redacted(target.withoutCredentialsAndFragment)
        let next = PageRequest(request.purpose, url: url, host: request.host, chain: chain)
        var outcome = PageOutcome(
            of: page, next, .skipped(reason), "redirected to \(url.prefix(200)), which is not followed",
            now: now)
        if url.utf8.count > PageFetcher.keptURLLength { outcome.response.finalURL = nil }
        outcome.discovery = sieve?.check(redirectTo: target, of: page)
        outcome.redact(redaction)
        self.request = nil
        receiver.finished(self, .outcome(outcome), .answered)
    }

    /// The longest `final_url` of a page that was not followed there, in bytes.
    private static let keptURLLength = 8 << 10

    /// The `Cookie` fields of the job or the page that would be sent to a redirect's target.
    private func ownCookies(for target: WebURL, _ request: PageRequest) -> [String] {
        guard let page = request.page,
            let home = try? WebURL(parsing: request.chain?.hops.first?.url ?? request.url),
            home.hostKey == target.hostKey
        else { return [] }
        return (page.message?.headers ?? policy.headers).filter { $0.name.lowercased() == "cookie" }.map(
            \.value)
    }

    /// The `Location` of a redirect that is to be followed; nil for every other response.
    func redirectTarget(_ transfer: Transfer) -> String? {
        let status = transfer.running.head.status
        guard RedirectChain.isRedirect(status), request?.page?.message?.errand == nil else { return nil }
        if request?.page != nil {
            guard !acceptedStatuses.contains(status), policy.limits.redirects > 0 else { return nil }
        }
        return transfer.location
    }

    func finish(failure kind: ErrorKind, _ message: String) {
        guard let request, let transfer else { return }
        let status = transfer.statusCode ?? 0
        let asked = retryAfter(status, transfer)
        let wanted = asked ?? rateLimitWait
        if let refusal = refusal(status, wanted) { return finish(refused: kind, message, refusal) }
        let signal =
            wanted.flatMap { retryPolicy.isTooLong($0) ? .turnedAway(wait: $0) : nil }
            ?? HostSignal(kind, status: status, wait: wanted)
        if let errand = request.page?.message?.errand {
            let isAnswered = kind == .httpStatus
            let fault = TokenAnswer.failed(TokenFault(kind, message, isFinal: !kind.isTransient))
            return finish(errand, isAnswered ? answer(to: errand, transfer) : fault, signal)
        }
        guard let page = request.page else {
            switch kind {
            case .tooManyRedirects, .redirectLoop, .badRedirect:
                finish(.unavailable(statusCode: transfer.statusCode), signal)
            default:
                finish(.unreachable(kind, message), signal)
            }
            return
        }
        if goesOnWithGET(kind, status, asked) {
            return finish(.postponed(kind, wait: .zero), error: message, .none)
        }
        progress.signs = signs(of: kind, status, message, transfer)
        let attempt = page.attempts + 1
        let mustNotRepeat = mustNotRepeat(status, asked)
        guard !mustNotRepeat, retryPolicy.retries(kind, status: status, attempt: attempt) else {
            let isLost = mustNotRepeat && !transfer.running.head.isComplete
            let error = isLost ? "\(message); not known to have been delivered" : message
            return finish(.failed(kind), error: error, signal)
        }
        if case .turnedAway(let asked) = signal {
            return finish(.failed(kind), error: "\(message); \(tooLong(asked))", signal)
        }
        var wait = retryPolicy.wait(afterAttempt: attempt, fraction: environment.random())
        if let asked { wait = max(wait, asked) }
        if case .throttled(let asked?) = signal { wait = max(wait, asked) }
        finish(.retry(kind, wait: wait), error: message, signal)
    }

    /// Why a page is not tried again whose server asks for a longer wait than the job takes.
    func tooLong(_ wait: Duration) -> String {
        "the server asks for a wait of \(wait), and retry.max_wait is \(retryPolicy.maxWait ?? .zero)"
    }

    /// How long the server asks us to wait by `Retry-After`; nil when it does not.
    private func retryAfter(_ status: Int, _ transfer: Transfer) -> Duration? {
        guard status == 429 || status == 503 || status == 425 || status == 403,
            transfer.running.head.notableFields.contains(.retryAfter),
            let value = transfer.header("retry-after")
        else { return nil }
        return RetryAfter.wait(
            value, date: transfer.header("date"), now: environment.wallClock(),
            longest: retryPolicy.maxWait == nil ? longestWait : RetryAfter.longestKnown)
    }

    private func finish(_ answer: RobotsAnswer, _ signal: HostSignal) {
        guard let request else { return }
        let redaction = redaction
        progress.endBody()
        self.request = nil
        receiver.finished(
            self,
            .robots(answer.redacted(redaction), of: request.owner, from: request.host, url: request.url),
            signal)
    }

    func finish(_ verdict: PageOutcome.Verdict, error: String?, _ signal: HostSignal) {
        guard let request, let page = request.page, let transfer else { return }
        let now = environment.wallClock()
        var outcome = PageOutcome(
            page: page, startedAt: request.chain?.startedAt ?? startedAt(transfer, now: now))
        outcome.verdict = verdict
        outcome.lastHost = request.host
        outcome.error = error
        outcome.finishedAt = now
        outcome.requests = 1 + (request.chain?.requests(for: page.id) ?? 0)
        outcome.chain = request.chain
        outcome.response = response(to: request, transfer)
        outcome.response.signs = progress.signs
        if case .postponed = verdict { outcome.asksAgainWithGET = page.check != nil }
        readBody(request, &outcome)
        let redaction = redaction
        if outcome.response.statusCode == 304, let previous = conditions(of: request) {
            outcome.response = unchanged(previous, by: outcome.response)
        } else if outcome.response.statusCode != nil, progress.extent == .whole, progress.isRead(page) {
            outcome.response.contentDigest = digest.digest
            if case .page(let reader) = progress.body, let kept = reader.keptBody {
                let body = redaction.redactedBody(kept) ?? kept
                outcome.body = PageBody(size: body.count, data: Deflate.compress(body))
            }
        }
        outcome.redact(redaction)
        if outcome.verdict == .done { outcome.followUp = progress.followUp }
        progress.endBody()
        self.request = nil
        var signal = signal
        if signal == .answered, let wait = rateLimitWait {
            signal = retryPolicy.isTooLong(wait) ? .turnedAway(wait: wait) : .exhausted(wait: wait)
        }
        if mayBeRenewed(request, outcome) {
            let challenges = transfer.headers("www-authenticate")
            return receiver.finished(self, .unauthorized(outcome, request, challenges), signal)
        }
        receiver.finished(self, .outcome(outcome), signal)
    }

    /// When the transfer began, in unix milliseconds. The clock is read once a request, at its end.
    private func startedAt(_ transfer: Transfer, now: Int64) -> Int64 {
        now - transfer.totalMicroseconds / 1000
    }
}
