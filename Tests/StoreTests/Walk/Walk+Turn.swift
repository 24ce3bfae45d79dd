import CrawlCore
import TrawlStore

extension Walk {
    /// What a runner wants in a turn.
    mutating func turn(of index: Int) -> WalkTurn {
        let walker = walkers[index]
        var turn = WalkTurn(now: now)
        turn.elapsed = Int64(number(0...50))
        var busy: Set<WalkTurn.Page> = []
        for page in walker.open where chance(0.4) {
            turn.outcomes.append(outcome(of: page, walker.spec))
            busy.insert(page)
        }
        // What is recorded already counts no more.
        if let page = walker.recorded.randomElement(using: &random), chance(0.15) {
            turn.outcomes.append(outcome(of: page, walker.spec))
            if chance(0.5) { turn.outcomes.append(outcome(of: page, walker.spec)) }
        }
        send(&turn, walker, &busy)
        know(&turn, walker)
        if chance(0.3) { turn.beat = chance(0.5) }
        lead(&turn, walker, &busy)
        if chance(0.6) {
            let search = HostSearch(
                after: nil, limit: number(1...4), pages: chance(0.3) ? 0 : number(1...20),
                hosts: walker.held.count, leastShare: number(1...3))
            turn.search = (search, chance(0.5) ? walker.cursor : nil)
        }
        take(&turn, walker, busy)
        if chance(0.3) { turn.room = number(0...6) }
        return turn
    }

    private mutating func outcome(of page: WalkTurn.Page, _ spec: JobSpec) -> WalkTurn.Outcome {
        let verdict: PageOutcome.Verdict =
            switch number(0...9) {
            case 0: .failed(.dns)
            case 1, 2: .retry(.reset, wait: .milliseconds(number(1...2_000)))
            case 3: .postponed(.hostUnavailable, wait: .milliseconds(number(1...2_000)))
            case 4: .skipped(chance(0.5) ? .robots : .duplicate)
            default: .done
            }
        var outcome = WalkTurn.Outcome(
            page: page, verdict: verdict, requests: number(0...3), bytes: Int64(number(0...100)))
        if spec.discoversPages, chance(0.5) { outcome.found = links(from: sides[0].pages[page].depth) }
        return outcome
    }

    private mutating func links(from depth: Int) -> [DiscoveredURL] {
        (0..<number(1...4)).map { _ in
            let skipped: SkipReason? =
                chance(0.2) ? [.scope, .depth, .robots].randomElement(using: &random) : nil
            var link = DiscoveredURL(
                url(), depth: max(0, depth + (chance(0.8) ? 1 : number(-2...3))),
                kind: chance(0.1) ? .sitemap : .page, skipped: skipped)
            if chance(0.2) { link.priority = Double(number(0...4)) / 4 }
            return link
        }
    }

    /// Requests that are more than a GET.
    private mutating func send(_ turn: inout WalkTurn, _ walker: Walker, _ busy: inout Set<WalkTurn.Page>) {
        for page in walker.open where !busy.contains(page) && chance(0.2) {
            turn.requests.append(page)
            guard sides[0].pages[page].url.contains("/post") else { continue }
            busy.insert(page)
            if walker.sending.contains(page) { turn.unsent.append(page) } else { turn.sending.append(page) }
        }
    }

    /// What was learned of hosts, and of the site.
    private mutating func know(_ turn: inout WalkTurn, _ walker: Walker) {
        for host in walker.held.keys.sorted() {
            if chance(0.1) {
                var condition = HostCondition()
                condition.failures = number(0...3)
                condition.rate = chance(0.5) ? Double(number(1...8)) : nil
                condition.snooze = chance(0.5) ? .milliseconds(number(0...3_000)) : .zero
                condition.probeAfter = chance(0.5) ? .milliseconds(number(0...3_000)) : nil
                turn.conditions.append((host, condition))
            }
            if chance(0.1) {
                let record = RobotsRecord(
                    statusCode: 200, body: chance(0.5) ? Array("User-agent: *".utf8) : nil,
                    url: chance(0.2) ? url() : nil, fetchedAt: now)
                turn.robots.append((host, record))
            }
        }
        if walker.spec.discoversPages, chance(0.05) { turn.found = links(from: 0) }
    }

    /// Redirects: of pages, and of what is asked for no page.
    private mutating func lead(_ turn: inout WalkTurn, _ walker: Walker, _ busy: inout Set<WalkTurn.Page>) {
        if chance(0.05) { turn.leads.append(.init(target: url(), page: nil, claims: chance(0.5))) }
        guard walker.spec.follow != nil else { return }
        for page in walker.open where !busy.contains(page) && chance(0.15) {
            guard sides[0].pages[page].isPlain, !sides[0].pages[page].url.contains("/post") else { continue }
            busy.insert(page)
            turn.leads.append(.init(target: url(), page: page, claims: chance(0.7)))
        }
    }

    private mutating func take(_ turn: inout WalkTurn, _ walker: Walker, _ busy: Set<WalkTurn.Page>) {
        let recorded = Set(turn.outcomes.map(\.page))
        let guests = Set(turn.leads.map { hostKeyOf($0.target) })
        for host in walker.held.keys.sorted() where chance(0.7) {
            guard let held = walker.held[host] else { continue }
            var take = WalkTurn.Take(host: host, limit: number(0...5))
            let left = Set(recorded.flatMap { [$0] + (walker.before[$0] ?? []) })
            take.taken = held.taken.filter { !left.contains($0) }
            take.usesPosition = chance(0.7)
            take.level = take.taken.isEmpty ? nil : held.level
            take.isDue = chance(0.8)
            if take.taken.isEmpty, !guests.contains(host) {
                take.release = chance(0.1) ? .always : chance(0.5) ? .ifEmpty : .never
            }
            turn.takes.append(take)
        }
    }
}
