internal import CrawlCore
internal import TrawlStore

/// What a check has found, in numbers. Links are counted, and the URLs that they lead to.
struct CheckTally: Equatable {
    /// Links of one kind, and the URLs that they lead to.
    struct Count: Equatable {
        var links: Int64 = 0
        var targets: Int64 = 0

        /// `12 links to 3 URLs`.
        var text: String { "\(Wording.count(links, "link")) to \(Wording.count(targets, "URL"))" }
    }

    /// Broken links that are not known.
    private(set) var broken = Count()
    /// Unsure links that are not known.
    private(set) var unsure = Count()
    /// Links of the list of known breakages.
    private(set) var known = Count()
    /// Links that make the check fail.
    private(set) var failing: Int64 = 0
    /// How many URLs are broken for which reason.
    private(set) var brokenReasons: [String: Int64] = [:]
    /// How many URLs are unsure for which reason.
    private(set) var unsureReasons: [String: Int64] = [:]

    /// The URL of each kind that was counted last: links to one URL come one after the other.
    private var last: [String: String] = [:]

    /// All links that are broken or unsure.
    var links: Int64 { broken.links + unsure.links + known.links }
    /// Those that do not make the check fail.
    var passing: Int64 { links - failing }

    mutating func add(_ fault: LinkFault) {
        let kind = fault.isKnown ? "known" : fault.isBroken ? "broken" : "unsure"
        let target = "\(fault.target) \(fault.link.reason ?? "")"
        let isNew = last[kind] != target
        last[kind] = target
        if fault.fails { failing += 1 }
        if fault.isKnown {
            Self.count(isNew, in: &known)
        } else if fault.isBroken {
            Self.count(isNew, in: &broken)
            if isNew { brokenReasons[fault.link.reason ?? "", default: 0] += 1 }
        } else {
            Self.count(isNew, in: &unsure)
            if isNew { unsureReasons[fault.link.reason ?? "", default: 0] += 1 }
        }
    }

    private static func count(_ isNew: Bool, in count: inout Count) {
        count.links += 1
        if isNew { count.targets += 1 }
    }

    /// Reasons with their numbers, the most frequent first: `refused × 2, timeout × 1`.
    static func text(_ reasons: [String: Int64]) -> String {
        reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) × \(Wording.count($0.value))" }.joined(separator: ", ")
    }
}
