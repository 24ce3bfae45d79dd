internal import CrawlCore
internal import TrawlStore

/// What a run did not look at, in sentences: its numbers do not cover it.
enum ReportLimits {
    static func sentences(_ run: RunRecord, _ report: RunReport, _ verdicts: [VerdictCount]) -> [String] {
        var sentences: [String] = []
        if run.state != .finished {
            sentences.append(
                "The run is not finished: \(Wording.count(run.progress.pending, "page")) that it knows of still to come, perhaps more."
            )
        }
        for (reason, pages) in report.skips where reason != "duplicate" {
            sentences.append("\(Wording.count(pages, "page")) not read: \(words(reason)).")
        }
        for (reason, links) in report.skippedLinks {
            sentences.append("\(Wording.count(links, "link")) not followed: \(words(reason)).")
        }
        let unchecked = verdicts.filter { $0.verdict == .notChecked }.reduce(0) { $0 + Int64($1.pages) }
        if unchecked > 0 {
            sentences.append("\(Wording.count(unchecked, "URL")) that links lead to not checked.")
        }
        if let sitemaps = report.sitemaps, sitemaps.leftOut > 0 {
            sentences.append(
                "\(Wording.count(sitemaps.leftOut)) of the sitemaps' entries left out, as something is wrong with them."
            )
        }
        return sentences
    }

    private static func words(_ reason: String) -> String {
        switch reason {
        case "robots": "disallowed by robots.txt"
        case "robots_unreachable": "robots.txt could not be had"
        case "scope": "outside the job's scope"
        case "depth": "deeper than the job goes"
        case "trap": "endlessly many URLs of one kind"
        case "limit": "a limit of the job"
        case "duplicate": "the same request again"
        case "blocked_address": "a private address"
        case "invalid_url": "no URL"
        case "content_type": "a type that the job does not accept"
        case "not_newer": "not changed lately, says the sitemap"
        default: reason
        }
    }
}
