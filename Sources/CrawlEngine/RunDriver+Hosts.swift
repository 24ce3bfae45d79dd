internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore
internal import Curl

/// The hosts of a run: taking them in, learning their rules, letting them go.
extension RunDriver {
    /// Whether the host is in the window now; false where another process has it.
    ///
    /// - Parameter asksRobots: whether its robots.txt is asked for, where it is not known. The default is true.
    func open(
        _ host: HostID, asksRobots: Bool = true, now: Int64, _ dispatch: inout Dispatch,
        _ transaction: StoreTransaction
    ) throws -> Bool {
        guard window[host] == nil else { return true }
        guard case .held(let record) = try transaction.lease(host, runner: runner, now: now) else {
            return false
        }
        let loop = window.open(host)
        let robots = spec.robots == .obey ? try transaction.robots(of: host, now: now) : nil
        let mayBePrivate = try mayBePrivate(host, transaction)
        let credentials =
            try self.credentials.isEmpty ? nil : transaction.hostKey(host).flatMap(self.credentials.origin)
        window.update(host) { entry in
            entry.overrides = record.overrides
            entry.mayBePrivate = mayBePrivate
            entry.credentials = credentials
        }
        if let robots {
            learn(robots, of: host)
            try takeSitemaps(robots, of: host, now: now, transaction)
        }
        guard let (limits, rules) = configuration(of: host) else { return true }
        var rest = Duration.zero
        if let lastStartedAt = record.lastStartedAt {
            // A clock that was set back must not hold the host for longer than its delay.
            let interval = max(
                limits.delay,
                record.condition.rate.flatMap { HostPace(restoring: $0, now: .now)?.interval } ?? .zero)
            rest = min(.milliseconds(lastStartedAt - now) + interval, interval)
        }
        dispatch.messages[loop].append(
            .open(
                HostOpening(
                    host: host, limits: limits, rules: rules, condition: record.condition,
                    rest: max(rest, .zero))))
        // After the opening, by which the request is admitted.
        guard spec.robots == .obey, robots == nil else { return true }
        if asksRobots {
            try ask(host, attempt: 1, &dispatch, transaction)
        } else {
            window.update(host) { $0.access = .unasked }
        }
        return true
    }

    /// Whether a host may be at a private address: the job names it, by this key or by that of the other scheme's
    /// default port, or allows it.
    private func mayBePrivate(_ host: HostID, _ transaction: StoreTransaction) throws -> Bool {
        if try transaction.isNamed(host, by: run.id) { return true }
        guard let key = try transaction.hostKey(host), let url = try? WebURL(parsing: key + "/") else {
            return false
        }
        if let name = url.host, spec.allowPrivate.contains(name) { return true }
        guard url.port == nil, let other = try transaction.knownHost(url.hostKeyOfOtherScheme) else {
            return false
        }
        return try transaction.isNamed(other, by: run.id)
    }

    /// What a host's loop is to know of it.
    func configuration(of host: HostID) -> (HostLimits, HostRules)? {
        guard let entry = window[host] else { return nil }
        let delay =
            entry.overrides.delay
            ?? max(spec.startInterval, .milliseconds(entry.robots?.crawlDelayMilliseconds ?? 0))
        let limits = HostLimits(perHost: entry.overrides.perHost ?? spec.concurrency.perHost, delay: delay)
        let rules = HostRules(
            robots: entry.robots, mayBePrivate: entry.mayBePrivate, isBlocked: entry.overrides.isBlocked,
            credentials: entry.credentials)
        return (limits, rules)
    }

    private func configure(_ host: HostID, _ dispatch: inout Dispatch) {
        guard let entry = window[host], let (limits, rules) = configuration(of: host) else { return }
        dispatch.messages[entry.loop].append(.configure(host, limits, rules))
    }

    /// Looks at what people have set, where anything in the database was changed by another program.
    func reloadOverrides(_ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        let version = try transaction.dataVersion()
        guard version != dataVersion else { return }
        dataVersion = version
        for host in window.hosts {
            let overrides = try transaction.overrides(of: host)
            guard let entry = window[host], overrides != entry.overrides else { continue }
            window.update(host) { $0.overrides = overrides }
            configure(host, &dispatch)
        }
    }

    // MARK: robots.txt

    /// Sends for a host's robots.txt.
    func ask(
        _ host: HostID, attempt: Int, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        guard let loop = window[host]?.loop, let key = try transaction.hostKey(host) else { return }
        window.update(host) { $0.access = .asked(attempt: attempt) }
        dispatch.messages[loop].append(.request(PageRequest(robotsOf: host, hostKey: key)))
    }

    /// Sends for the robots.txt of a host that was taken in for another's, once it has pages of its own.
    func askWherePagesWait(
        _ host: HostID, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        guard let entry = window[host], case .unasked = entry.access, entry.guests == 0 else { return }
        if try transaction.nextRetry(of: host, run: run.id, after: .min) != nil {
            try ask(host, attempt: 1, &dispatch, transaction)
        } else {
            window.update(host) { $0.claimAt = .max }
        }
    }

    private func learn(_ robots: RobotsRecord, of host: HostID) {
        let rules = robots.body.map { RobotsTxt(parsing: $0.span, productToken: productToken) }
        window.update(host) { entry in
            entry.access = .granted
            entry.claimAt = 0
            entry.robots = rules
            entry.robotsBytes = robots.body?.count ?? 0
        }
    }

    /// Takes in what the loops have heard of hosts' robots.txt.
    func learnRobots(now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        for report in robotsReports {
            let host = report.host
            guard case .asked(let attempt)? = window[host]?.access else { continue }
            switch report.answer {
            case .found(let status, let body):
                try learn(
                    RobotsRecord(statusCode: status, body: body, url: report.url, fetchedAt: now),
                    from: report, &dispatch,
                    transaction)
            case .unavailable(let status):
                try learn(
                    RobotsRecord(statusCode: status, body: nil, fetchedAt: now), from: report, &dispatch,
                    transaction)
            case .unreachable(.blockedAddress, _) where report.lastHost != host:
                // It leads to where nothing is to be had.
                try learn(
                    RobotsRecord(statusCode: nil, body: nil, fetchedAt: now), from: report, &dispatch,
                    transaction)
            case .unreachable(let kind, let message):
                let policy = spec.retry
                guard attempt < policy.attempts, !kind.isFinalForRobots else {
                    // Another host's fault says nothing of whether this one can be reached.
                    let verdict =
                        report.lastHost == host ? kind.verdictOfPages : .skipped(.robotsUnreachable)
                    window.update(host) { entry in
                        entry.access = .denied(verdict, error: "robots.txt: \(message)")
                        entry.claimAt = 0
                    }
                    continue
                }
                let wait = policy.wait(afterAttempt: attempt, fraction: environment.random())
                let due = now + max(1, wait.wholeMilliseconds)
                window.update(host) { entry in
                    entry.access = .again(attempt: attempt + 1, at: due)
                    entry.claimAt = due
                }
            }
        }
        robotsReports.removeAll()
    }

    private func learn(
        _ robots: RobotsRecord, from report: CrawlLoop.RobotsReport, _ dispatch: inout Dispatch,
        _ transaction: StoreTransaction
    ) throws {
        var hosts = [report.host]
        // Where it was redirected to another host's, it is that one's as well.
        let isOwn = (try? WebURL(parsing: report.url))?.pathAndQuery == "/robots.txt"
        if isOwn, report.lastHost != report.host, case .unasked? = window[report.lastHost]?.access {
            hosts.append(report.lastHost)
        }
        for host in hosts {
            var robots = robots
            if isOwn, host == report.lastHost { robots.url = nil }
            try transaction.save(robots, of: host)
            learn(robots, of: host)
            try takeSitemaps(robots, of: host, now: robots.fetchedAt, transaction)
            configure(host, &dispatch)
        }
    }

    /// Puts the sitemaps that a host's robots.txt names into the frontier, where the job wants them. They may lie on other hosts
    /// (sitemaps.org, "Sitemaps & Cross Submits"). They should be absolute; one that is not is relative to the URL that the
    /// file was found at, after redirects (RFC 3986, section 5.1.3).
    private func takeSitemaps(
        _ record: RobotsRecord, of host: HostID, now: Int64, _ transaction: StoreTransaction
    ) throws {
        guard spec.follow?.sitemaps == true, let robots = window[host]?.robots, !robots.sitemaps.isEmpty
        else {
            return
        }
        let own = try transaction.hostKey(host).map { $0 + "/robots.txt" }
        let base = (record.url ?? own).flatMap { try? WebURL(parsing: $0) }
        let urls = robots.sitemaps.compactMap { text -> DiscoveredURL? in
            guard let url = try? WebURL(parsing: text, base: base), url.isHTTP,
                curlHost(of: url.hostKey + "/") == url.host
            else { return nil }
            return DiscoveredURL(
                url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength, kind: .sitemap,
                depth: 0)
        }
        guard !urls.isEmpty else { return }
        try grow(by: [(PageDiscovery(urls: urls), nil)], now: now, transaction)
    }

    /// Notes that a host is given up.
    func giveUp(_ host: HostID, _ error: String) {
        window.update(host) { entry in
            entry.access = .denied(.failed(.hostUnavailable), error: error)
            entry.claimAt = 0
        }
    }
}

extension ErrorKind {
    /// What becomes of a host's pages where its robots.txt could not be had for this reason: where the host cannot be
    /// reached at all, neither can they.
    fileprivate var verdictOfPages: PageOutcome.Verdict {
        hasReachedHost == false || isFinalForRobots ? .failed(self) : .skipped(.robotsUnreachable)
    }

    /// Whether asking for a robots.txt again is of no use in this run.
    fileprivate var isFinalForRobots: Bool {
        switch self {
        case .blockedAddress, .hostUnavailable, .cancelled: true
        default: false
        }
    }
}

extension WebURL {
    /// The key of the host of the same name behind the default port of the other scheme.
    fileprivate var hostKeyOfOtherScheme: String {
        (scheme == "https" ? "http" : "https") + "://" + (host ?? "")
    }
}
