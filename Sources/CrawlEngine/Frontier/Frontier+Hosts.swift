internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import TrawlStore

/// Hosts: taking them in, and learning their rules.
extension Frontier {
    /// Takes a host in.
    ///
    /// - Parameter asksRobots: whether its robots.txt is asked for, where it is not known.
    mutating func open(_ opened: OpenedHost, asksRobots: Bool, _ moment: TurnMoment) {
        var opened = opened
        opened.record.forgetOldRate(now: moment.now)
        // Only jobs that ask an API leave a host alone for longer than an hour.
        if !policy.asksAPI {
            opened.record.condition.snooze = min(
                opened.record.condition.snooze, .seconds(RetryAfter.longest))
        }
        let host = CrawledHost(
            opened, loop: hosts.idlestLoop,
            mayBePrivate: policy.mayBePrivate(opened) || tokenHosts.contains(opened.key),
            credentials: policy.credentials(of: opened),
            now: moment.clock)
        hosts.insert(host)
        if policy.isFolder(host) { return openFolder(host) }
        if let robots = opened.robots { learn(robots, of: host) }
        let (limits, rules) = policy.configuration(of: host)
        messages.add(
            .open(
                HostOpening(
                    host: host.id, limits: limits, rules: rules, condition: opened.record.condition,
                    rest: policy.rest(of: opened, limits, now: moment.now, clock: moment.clock))),
            to: host.loop)
        let snooze = opened.record.condition.snooze
        guard !policy.spec.retry.isTooLong(snooze) else {
            return deny(host.id, .failed(.hostUnavailable), HostRefusal.wait(snooze))
        }
        leaveForLater(host, opened.record.condition, now: moment.now)
        // After the host was opened: only then does the loop admit a request to it.
        guard policy.spec.robots == .obey, opened.robots == nil else { return }
        if asksRobots {
            ask(host, attempt: 1)
        } else {
            hosts.update(host) { $0.access = .unasked }
        }
    }

    /// Asks nothing of a host for now, where a limit of it is used up for longer than the job waits.
    ///
    /// - Returns: whether that is new.
    @discardableResult
    mutating func leaveForLater(_ host: CrawledHost, _ condition: HostCondition, now: Int64) -> Bool {
        guard let longest = policy.longestWait, condition.snooze > longest else { return false }
        let until = now + condition.snooze.wholeMilliseconds
        var isNew = false
        switch host.access {
        case .granted: isNew = true
        case .later(let known): guard known < until else { return false }
        default: return false
        }
        hosts.update(host) { host in
            host.access = .later(until)
            host.claimAt = until
        }
        return isNew
    }

    /// Leaves hosts for later that have asked for long waits, and asks again of those whose waits are over.
    mutating func planWaits(now: Int64) {
        guard policy.longestWait != nil, !isStopping else { return }
        for (id, condition) in news.conditions {
            guard let host = hosts[id], leaveForLater(host, condition, now: now) else { continue }
            messages.add(.surrender(id), to: host.loop)
        }
    }

    /// Until when the run's hosts take no more requests, in unix milliseconds, and one that says so; nil where there is anything that
    /// is done before, or that may be.
    func leftUntil(now: Int64) -> (until: Int64, host: String?)? {
        guard let longest = policy.longestWait, !isStopping, !sweep.isUnderWay, news.isEmpty,
            redirects.isEmpty,
            found.isEmpty, sendOnce.isEmpty
        else { return nil }
        var until = Int64.max
        var name: String?
        for host in hosts.all {
            guard case .later(let instant) = host.access, host.isIdle else { return nil }
            if instant < until { (until, name) = (instant, host.key) }
        }
        if let next = sweep.nextAt {
            // Nothing but a limit holds pages back for so long: neither their own retries nor a host that is probed.
            guard next > now + max(longest, Frontier.longestProbe).wholeMilliseconds else { return nil }
            if next < until { (until, name) = (next, nil) }
        }
        return until == .max ? nil : (until, name)
    }

    /// Longer than any wait for a host that cannot be reached (``HostCircuit``).
    private static let longestProbe: Duration = .seconds(600)

    /// Takes in a host for which a folder stands: no robots.txt is asked for, and nothing counts of how the server has been doing.
    private mutating func openFolder(_ host: CrawledHost) {
        let (limits, rules) = policy.configuration(of: host)
        messages.add(
            .open(
                HostOpening(
                    host: host.id, limits: limits, rules: rules, condition: HostCondition(), rest: .zero)),
            to: host.loop)
    }

    /// Tells a host's loop what is known of the host now.
    mutating func configure(_ host: CrawledHost) {
        let (limits, rules) = policy.configuration(of: host)
        messages.add(.configure(host.id, limits, rules), to: host.loop)
    }

    /// Notes that nothing may be asked of a host in this run.
    mutating func deny(_ id: HostID, _ verdict: PageOutcome.Verdict, _ error: String) {
        guard let host = hosts[id] else { return }
        hosts.update(host) { host in
            host.access = .denied(verdict, error: error)
            host.claimAt = 0
        }
    }

    // MARK: robots.txt

    /// Sends for a host's robots.txt.
    mutating func ask(_ host: CrawledHost, attempt: Int) {
        hosts.update(host) { $0.access = .asked(attempt: attempt) }
        messages.add(.request(PageRequest(robotsOf: host.id, hostKey: host.key)), to: host.loop)
    }

    private mutating func learn(_ record: RobotsRecord, of host: CrawledHost) {
        let rules = record.body.map {
            RobotsTxt(parsing: $0.span, productToken: policy.productToken)
        }
        hosts.update(host) { host in
            host.access = .granted
            host.claimAt = 0
            host.robots = rules.map { ($0, record.body?.count ?? 0) }
        }
        if let sitemaps = policy.sitemaps(record, of: host) { found.append(sitemaps) }
    }

    /// Takes in what the loops have heard of hosts' robots.txt.
    mutating func learnRobots(now: Int64, _ record: inout TurnRecord) {
        let reports = news.robots
        news.robots.removeAll(keepingCapacity: true)
        for report in reports {
            guard let host = hosts[report.host], case .asked(let attempt) = host.access else { continue }
            switch report.answer {
            case .found(let status, let body):
                learn(
                    RobotsRecord(statusCode: status, body: body, url: report.url, fetchedAt: now), report,
                    &record)
            case .unavailable(let status):
                learn(RobotsRecord(statusCode: status, body: nil, fetchedAt: now), report, &record)
            case .unreachable(.blockedAddress, _) where report.lastHost != host.id:
                // The file is redirected to an address that must not be asked.
                learn(RobotsRecord(statusCode: nil, body: nil, fetchedAt: now), report, &record)
            case .unreachable(let kind, let message):
                robotsFailed(kind, message, host, report, attempt: attempt, now: now)
            }
        }
    }

    private mutating func robotsFailed(
        _ kind: ErrorKind, _ message: String, _ host: CrawledHost, _ report: CrawlLoop.RobotsReport,
        attempt: Int, now: Int64
    ) {
        let retry = policy.spec.retry
        guard attempt < retry.attempts, !kind.isFinalForRobots else {
            // It was another host, behind a redirect, that failed. That says nothing of whether this one can be reached.
            let verdict =
                report.lastHost == host.id ? kind.verdictOfPages : .skipped(.robotsUnreachable)
            deny(host.id, verdict, "robots.txt: \(message)")
            return
        }
        let wait = retry.wait(afterAttempt: attempt, fraction: policy.random())
        let due = now + max(1, wait.wholeMilliseconds)
        hosts.update(host) { host in
            host.access = .again(attempt: attempt + 1, at: due)
            host.claimAt = due
        }
    }

    private mutating func learn(
        _ robots: RobotsRecord, _ report: CrawlLoop.RobotsReport, _ record: inout TurnRecord
    ) {
        var ids = [report.host]
        // A file that came from another host's /robots.txt by a redirect counts for that host as well.
        let isOwn = (try? WebURL(parsing: report.url))?.pathAndQuery == "/robots.txt"
        if isOwn, report.lastHost != report.host, case .unasked? = hosts[report.lastHost]?.access {
            ids.append(report.lastHost)
        }
        for id in ids {
            guard let host = hosts[id] else { continue }
            var robots = robots
            if isOwn, id == report.lastHost { robots.url = nil }
            record.robots.append((id, robots))
            learn(robots, of: host)
            configure(host)
        }
    }
}

extension ErrorKind {
    /// What becomes of a host's pages after its robots.txt could not be had for this reason. If the host cannot be reached at
    /// all, neither can its pages.
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
