import CrawlCore
import TrawlStore

/// What a reply means to a walk.
struct WalkNews {
    /// What became of a redirect.
    enum Lead {
        case known
        case taken
        case held
        /// Its target is asked for as another page, or as the page itself.
        case made(WalkTurn.Page)
        case own
        case refused
    }

    /// The reply in the walk's words, line by line.
    var lines: [String] = []
    var opened: [String] = []
    var taken: [(host: String, pages: [WalkTurn.Page], isReleased: Bool)] = []
    var leads: [Lead] = []
}

extension WalkSide {
    /// Takes in a reply.
    mutating func news(of reply: TurnReply, _ turn: WalkTurn, of walker: Int) throws -> WalkNews {
        try learn()
        var news = WalkNews()
        news.lines += ["counted \(reply.counted)", "grown \(reply.grown)"]
        news.lines.append("grown hosts \(reply.grownHosts.map(key).sorted())")
        for request in reply.requests {
            news.lines.append("request \(request.map { "\($0)" } ?? "none")")
        }
        if let beat = reply.beat { note(beat, of: walker, &news) }
        for opened in reply.opened {
            overrides["\(walker) \(opened.key)"] = opened.record.overrides
            news.opened.append(opened.key)
            news.lines.append("opened \(opened.key) \(opened.record) named \(opened.isNamed)")
            news.lines.append("robots \(opened.robots.map { "\($0)" } ?? "none")")
        }
        for (lead, answer) in zip(turn.leads, reply.redirects) {
            note(answer, lead, now: turn.now, &news)
        }
        if let search = reply.search {
            let last = search.last.map(key) ?? "none"
            let next = search.nextAt.map { "\($0)" } ?? "never"
            news.lines.append("search \(last) last \(search.isLast) next \(next) denied \(search.wasDenied)")
        }
        for taken in reply.taken {
            let host = key(taken.host)
            let more = taken.more.map { "\($0)" } ?? "unknown"
            let end = taken.position == nil ? "at the end" : "in the middle"
            news.lines.append("taken \(host) more \(more) released \(taken.isReleased) \(end)")
            positions["\(walker) \(host)"] = taken.position
            let first = pages.count
            for page in taken.pages { news.lines.append(enter(page)) }
            news.taken.append((host, Array(first..<pages.count), taken.isReleased))
        }
        for batch in reply.finished { news.lines.append("\(batch)") }
        return news
    }

    private mutating func note(_ beat: TurnBeatReply, of walker: Int, _ news: inout WalkNews) {
        news.lines.append("paused \(beat.isPaused) wanted \(beat.wanted.map(key).sorted())")
        // A database may tell of settings that have not changed.
        for (host, overrides) in beat.overrides.map({ (key($0), $1) }).sorted(by: { $0.0 < $1.0 }) {
            let known = self.overrides.updateValue(overrides, forKey: "\(walker) \(host)")
            if known != overrides { news.lines.append("override \(host) \(overrides)") }
        }
    }

    private mutating func note(
        _ answer: RedirectReply, _ lead: WalkTurn.Lead, now: Int64, _ news: inout WalkNews
    ) {
        switch answer {
        case .known: note(.known, "known", &news)
        case .taken: note(.taken, "taken", &news)
        case .held(let host): note(.held, "held \(key(host))", &news)
        case .claimed(let host, .own):
            if let from = lead.page { chains[from] = chain(of: from, now: now) }
            note(.own, "own \(key(host))", &news)
        case .claimed(let host, .refused(let reason)):
            note(.refused, "refused \(key(host)) \(reason)", &news)
        case .claimed(let host, .page(let page, let isNew)):
            guard isNew, let from = lead.page else {
                note(.held, "met \(key(host)) \(page.url)", &news)
                return
            }
            var chain = chain(of: from, now: now)
            chain.lead(from: pages[from], to: page, now: now)
            chains[pages.count] = chain
            note(.made(pages.count), "made \(key(host)) \(enter(page))", &news)
        }
    }

    private func note(_ lead: WalkNews.Lead, _ text: String, _ news: inout WalkNews) {
        news.leads.append(lead)
        news.lines.append("redirect \(text)")
    }

    /// Gives a page that was taken its number.
    mutating func enter(_ page: ClaimedPage) -> String {
        pages.append(page)
        return """
            page \(pages.count - 1) \(page.url) attempts \(page.attempts) depth \(page.depth) \(page.kind) \
            named \(page.isNamed) \(page.name ?? "")
            """
    }
}
