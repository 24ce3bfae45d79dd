import CrawlCore
import TrawlStore

/// A runner of a walk, and the run that it has.
struct Walker {
    /// A host that it has.
    struct Held {
        /// Its pages that are taken and not recorded.
        var taken: [WalkTurn.Page] = []
        /// The depth of the one that was taken last.
        var level = 0
    }

    let number: Int
    let job: String
    let spec: JobSpec
    /// The run, by side.
    var runs: [RunID] = []
    /// Who it is, by side.
    var runners: [RunnerID] = []
    var stores: [any RunStore] = []
    var process: Processes.View
    var held: [String: Held] = [:]
    /// Pages whose requests were noted as going out.
    var sending: Set<WalkTurn.Page> = []
    /// Pages that redirects went over, by the page that they are at now.
    var before: [WalkTurn.Page: [WalkTurn.Page]] = [:]
    /// Pages that were recorded.
    var recorded: [WalkTurn.Page] = []
    /// How far the search for hosts has come.
    var cursor: String?
    var isFinished = false

    /// Pages that an outcome can come of: redirects have not led away from them.
    var open: [WalkTurn.Page] {
        let left = Set(before.values.joined())
        return held.values.flatMap(\.taken).filter { !left.contains($0) }.sorted()
    }

    /// Forgets everything that it had taken.
    mutating func lose() {
        held = [:]
        sending = []
        before = [:]
        cursor = nil
    }

    /// Takes in what became of a turn.
    mutating func note(_ news: WalkNews, _ turn: WalkTurn, depth: (WalkTurn.Page) -> Int) {
        for outcome in turn.outcomes { settle(outcome.page) }
        sending.formUnion(turn.sending)
        sending.subtract(turn.unsent)
        for host in news.opened { held[host] = Held() }
        for (lead, answer) in zip(turn.leads, news.leads) {
            guard let page = lead.page else { continue }
            switch answer {
            case .known: settle(page)
            case .made(let made):
                held[hostKeyOf(lead.target), default: Held()].taken.append(made)
                before[made] = (before.removeValue(forKey: page) ?? []) + [page]
            case .taken, .held, .own, .refused: break
            }
        }
        for taken in news.taken {
            if taken.isReleased {
                held[taken.host] = nil
            } else {
                held[taken.host, default: Held()].taken += taken.pages
                if let last = taken.pages.last { held[taken.host]?.level = depth(last) }
            }
        }
        if let search = turn.search {
            cursor = news.opened.last ?? search.after
        }
    }

    private mutating func settle(_ page: WalkTurn.Page) {
        let gone = Set([page] + (before.removeValue(forKey: page) ?? []))
        for host in held.keys { held[host]?.taken.removeAll { gone.contains($0) } }
        recorded += gone.sorted()
        sending.subtract(gone)
    }
}
