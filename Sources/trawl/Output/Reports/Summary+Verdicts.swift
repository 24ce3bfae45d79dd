internal import CrawlCore
internal import TrawlStore

/// What was found out about the URLs of a run that keeps links.
extension Summary {
    /// How many links are broken though no page of the run is, those with the same URL and fragment once.
    var brokenReferenceCount: Int { brokenReferences.reduce(0) { $0 + $1.count } }

    /// `no_fragment × 2, malformed × 1`.
    var brokenReferenceText: String {
        brokenReferences.map { "\($0.reason.rawValue) × \(Wording.count(Int64($0.count)))" }
            .joined(separator: ", ")
    }

    /// How many pages have each verdict, in the order of the closed list; `open` are those of which nothing is known yet.
    var verdictTotals: [(word: String, pages: Int64)] {
        (LinkVerdict.allCases.map(\.rawValue) + [VerdictCount.open]).compactMap { word in
            let pages = verdicts.filter { $0.name == word }.reduce(0) { $0 + Int64($1.pages) }
            return pages > 0 ? (word, pages) : nil
        }
    }

    /// `1,204: 1,191 ok, 9 broken (gone × 7, dns × 2), 4 not_checked (robots × 4)`.
    var verdictText: String {
        let parts = verdictTotals.map { word, pages in
            let reasons = verdicts.filter { $0.name == word && $0.reason != nil }
                .map { "\($0.why) × \(Wording.count(Int64($0.pages)))" }
            return "\(Wording.count(pages)) \(word)"
                + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))")
        }
        return "\(Wording.count(verdictTotals.reduce(0) { $0 + $1.pages })): " + parts.joined(separator: ", ")
    }
}

extension VerdictCount {
    /// The word for pages of which nothing is known yet.
    static let open = "open"

    /// The verdict as a word.
    var name: String { verdict?.rawValue ?? VerdictCount.open }
    /// The reason as a word.
    var why: String { reason?.rawValue ?? "" }
}
