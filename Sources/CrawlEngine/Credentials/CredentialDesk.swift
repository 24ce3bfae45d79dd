internal import Authentication
internal import CrawlCore
internal import CrawlFetch

/// The credentials of a run: gives each request what it shows, has tokens asked for, and judges refusals.
///
/// It belongs to the driver's thread, so there is one token of a credential for all loops, and one request for it at a time. Requests that
/// wait for a token lie in their loops, without a place at their host.
struct CredentialDesk {
    /// A page that waits for a token.
    struct Waiting {
        let page: PageID
        let loop: Int
    }

    struct Entry {
        let spec: CredentialSpec
        /// Of credentials that have tokens.
        var life: TokenLife?
        var waiting: [Waiting] = []
        /// Of digest, by the keys of hosts.
        var digests: [String: DigestSession] = [:]
        /// The refresh token that was sent or received last; nil before the first.
        var refreshToken: String?
        /// What masks the token of this number.
        var masking: (generation: Int, Redaction)?
        /// Whether the user was told that the credential is given up.
        var isMourned = false
    }

    let job: JobSpec
    let environment: FetchEnvironment
    var entries: [Entry] = []
    private var indices: [CredentialSpec: Int] = [:]
    /// How often pages were refused that are sent again.
    private var refusals: [PageID: Int] = [:]
    /// Credentials whose tokens are to be asked for.
    private var errands: [Int] = []
    /// Requests that were sent beside those of the pages' outcomes, and are not counted yet.
    private var uncounted = 0
    /// What the user is to be told.
    var warnings: [String] = []
    /// What the loops are to be told.
    private(set) var orders: [(loop: Int, order: CredentialOrder)] = []

    /// The credentials of a job; none has a token yet.
    init(_ job: JobSpec, environment: FetchEnvironment) {
        self.job = job
        self.environment = environment
    }

    // MARK: Requests that are about to be sent

    /// What a page's request may do about its credential.
    ///
    /// - Parameters:
    ///   - spec: the request's own, or else the job's; nil for none.
    ///   - host: where it goes: scheme, name and port.
    ///   - now: unix milliseconds.
    /// - Throws: `SecretFailure`.
    mutating func decide(
        _ spec: CredentialSpec?, page: PageID, loop: Int, host: String, now: Int64
    ) throws(SecretFailure) -> AccessDecision {
        guard let spec, spec != .none else { return .open }
        let index = index(of: spec)
        let refusals = refusals[page] ?? 0
        if let grant = try fixedGrant(spec, index, refusals, host: host) { return .granted(grant) }
        switch entries[index].life?.need(now: now) {
        case .use(let token)?: return .granted(grant(token, spec, index, refusals))
        case .ask?:
            errands.append(index)
            entries[index].waiting.append(Waiting(page: page, loop: loop))
            return .wait
        case .wait?:
            entries[index].waiting.append(Waiting(page: page, loop: loop))
            return .wait
        case .fail(let fault)?:
            self.refusals[page] = nil
            return .fail(fault.kind, explained(fault, spec))
        case nil: return .open
        }
    }

    /// Adds to a message what is worked out of all of it.
    mutating func sign(_ message: RequestMessage, _ grant: AccessGrant, now: Int64) -> RequestMessage {
        switch grant.signature {
        case .none: return message
        case .digest(let host, let user, let password):
            guard let url = try? WebURL(parsing: message.url) else { return message }
            let request = DigestRequest(
                method: message.method, target: url.pathAndQuery, body: message.body ?? [])
            let nonce = String(UInt64(environment.random() * 0x1p53), radix: 36) + String(now, radix: 36)
            let answer = entries[grant.access.credential].digests[host]?.answer(
                request, user: user, password: password, clientNonce: nonce)
            return answer.map { message.adding([.init(name: "Authorization", value: $0)]) } ?? message
        case .aws(let signature):
            guard let url = try? WebURL(parsing: message.url) else { return message }
            let canonical = signature.canonical(url)
            let fields = signature.fields(
                method: message.method, url: canonical, headers: message.headers,
                body: message.upload == nil ? message.body ?? [] : nil, now: now)
            return message.adding(fields, url: canonical.href)
        }
    }

    // MARK: What the loops report

    /// Takes that a page's request was refused (401), which waits in its loop for what is to be done.
    ///
    /// - Parameter challenges: the values of `WWW-Authenticate`.
    mutating func refused(
        _ page: PageID, _ access: RequestAccess, host: String, challenges: [String], loop: Int, now: Int64
    ) {
        uncounted += 1
        let verdict =
            entries[access.credential].life == nil
            ? answer(challenges, access, host: host)
            : entries[access.credential].life?.refused(
                generation: access.generation, refusals: access.refusals, now: now)
        noteFault(access.credential)
        switch verdict {
        case .again?:
            refusals[page] = access.refusals + 1
            orders.append((loop, .release([page])))
        case .fails(let reason)?:
            // Its outcome counts the request.
            uncounted -= 1
            refusals[page] = nil
            orders.append((loop, .settle(page, reason)))
        case nil: break
        }
    }

    /// Takes a server's challenges, for the digest of the next request.
    private mutating func answer(
        _ challenges: [String], _ access: RequestAccess, host: String
    ) -> TokenLife.Refusal {
        guard let challenge = DigestChallenge(fields: challenges) else {
            return .fails("the server asks for no Digest that trawl knows")
        }
        // Another request may have been answered with a newer challenge meanwhile.
        let isOld =
            entries[access.credential].digests[host].map { $0.generation != access.generation } ?? false
        guard access.refusals == 0 || challenge.isStale || isOld, access.refusals < 3 else {
            return .fails("the user name or the password was refused")
        }
        if entries[access.credential].digests[host]?.renew(challenge) == nil {
            entries[access.credential].digests[host] = DigestSession(challenge)
        }
        return .again
    }

    /// Takes what became of a page whose request had something to show.
    mutating func settled(_ page: PageID, _ access: RequestAccess, status: Int?) {
        refusals[page] = nil
        guard let status, status != 401 else { return }
        entries[access.credential].life?.accepted(
            generation: access.generation, refusals: access.refusals)
    }

    /// Takes what a request for a token came to.
    ///
    /// - Parameter requests: how many were sent for it.
    mutating func answered(_ index: Int, _ answer: TokenAnswer, requests: Int, now: Int64) {
        uncounted += requests
        let kept = keepingRefreshToken(answer, index)
        entries[index].life?.answered(kept, now: now, fraction: environment.random())
        noteFault(index)
        // Where it is asked for again later, the pages go on waiting.
        if entries[index].life?.due == nil { release(index) }
    }

    /// Has tokens asked for whose time has come.
    mutating func wake(now: Int64) {
        for index in entries.indices where !entries[index].waiting.isEmpty {
            guard let due = entries[index].life?.due, due <= now else { continue }
            if case .ask? = entries[index].life?.need(now: now) { errands.append(index) }
        }
    }

    private mutating func release(_ index: Int) {
        for (loop, pages) in Dictionary(grouping: entries[index].waiting, by: \.loop) {
            orders.append((loop, .release(pages.map(\.page))))
        }
        entries[index].waiting = []
    }

    /// Has the user told, once, that a credential is given up.
    private mutating func noteFault(_ index: Int) {
        guard let fault = entries[index].life?.fault else {
            entries[index].isMourned = false
            return
        }
        guard !entries[index].isMourned else { return }
        entries[index].isMourned = true
        warnings.append(explained(fault, entries[index].spec))
    }

    // MARK: What is to be done

    /// What the user is to be told.
    mutating func takeWarnings() -> [String] {
        guard !warnings.isEmpty else { return [] }
        defer { warnings = [] }
        return warnings
    }

    /// When ``wake(now:)`` has something to do, in unix milliseconds; nil for never.
    var due: Int64? {
        if !errands.isEmpty || !orders.isEmpty { return 0 }
        return entries.compactMap { $0.waiting.isEmpty ? nil : $0.life?.due }.min()
    }

    /// The credentials whose tokens are to be asked for.
    mutating func takeErrands() -> [Int] {
        defer { errands = [] }
        return errands
    }

    /// What the loops are to be told.
    mutating func takeOrders() -> [(loop: Int, order: CredentialOrder)] {
        defer { orders = [] }
        return orders
    }

    /// How many requests are to be counted beside those of the pages' outcomes.
    mutating func takeUncounted() -> Int {
        defer { uncounted = 0 }
        return uncounted
    }

    private mutating func index(of spec: CredentialSpec) -> Int {
        if let index = indices[spec] { return index }
        var entry = Entry(spec: spec)
        switch spec {
        case .oauth, .login: entry.life = TokenLife(retry: job.retry)
        default: break
        }
        entries.append(entry)
        indices[spec] = entries.count - 1
        return entries.count - 1
    }

    /// Why a request that needs a token cannot be sent.
    private func explained(_ fault: TokenFault, _ spec: CredentialSpec) -> String {
        switch spec {
        case .oauth(let oauth): "auth: no token from \(oauth.tokenURL): \(fault.reason)"
        case .login(let login): "auth: no token from the request \(login.request): \(fault.reason)"
        default: "auth: \(fault.reason)"
        }
    }
}

/// What a loop is told of pages that wait in it for their credential.
enum CredentialOrder: Sendable {
    /// They are to be admitted to their hosts again, before others.
    case release([PageID])
    /// The page is to be settled with the refusal that it had, and this said of it.
    case settle(PageID, String)
}

/// What a loop tells of credentials.
enum CredentialReport: Sendable {
    /// A page's request was refused (401), and waits for what is to be done.
    case refused(ClaimedPage, RequestAccess, challenges: [String], loop: Int)
    /// What a request for a token came to, at this host.
    case answered(TokenErrand, TokenAnswer, from: HostID, requests: Int)
}
