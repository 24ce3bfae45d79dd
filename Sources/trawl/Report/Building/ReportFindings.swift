internal import CrawlCore

/// What is to be mended first, out of what is known of a run. Each cause is one line; the worst come first, by how grave it is and how
/// many pages or links have it.
struct ReportFindings {
    typealias Finding = RunReportDocument.Finding

    private var findings: [Finding] = []
    /// How many lines there are at most.
    private static let limit = 10

    var worst: [Finding] {
        let order = findings.enumerated().sorted {
            (Self.weight($1.element), $0.offset) < (Self.weight($0.element), $1.offset)
        }
        return order.prefix(Self.limit).map(\.element)
    }

    /// How many causes are not among the worst.
    var more: Int { max(0, findings.count - Self.limit) }

    private static func weight(_ finding: Finding) -> Int64 {
        switch finding.severity {
        case .high: finding.reach * 25
        case .medium: finding.reach * 5
        case .low: finding.reach
        }
    }

    /// - Parameter told: how many URLs are behind broken links, by reason; empty where none is known. Links tell of a missing page more
    ///   than the page does, so a cause is left out of which links to as many URLs are told.
    mutating func add(_ causes: FailureCauses, told: [String: Int64]) {
        let pages =
            told.isEmpty ? causes.pages.merging(causes.checked, uniquingKeysWith: +) : causes.pages
        var behindLinks: [LinkReason: Int64] = [:]
        for (key, pages) in pages {
            if let reason = key.linkReason { behindLinks[reason, default: 0] += pages }
        }
        let sorted = pages.sorted {
            ($1.value, $0.key.kind, $0.key.status ?? 0, $0.key.host ?? "")
                < ($0.value, $1.key.kind, $1.key.status ?? 0, $1.key.host ?? "")
        }
        for (key, pages) in sorted {
            if let reason = key.linkReason,
                told[reason.rawValue, default: 0] >= behindLinks[reason, default: 0]
            {
                continue
            }
            let advice = key.status.map(FailureAdvice.init(status:)) ?? FailureAdvice(kind: key.kind)
            findings.append(
                Finding(
                    severity: advice.severity,
                    what: "\(Wording.count(pages, "page")) failed: \(advice.what)"
                        + (key.host == nil ? "" : " at"),
                    subject: key.host, advice: advice.cure, count: pages, reach: pages, place: "failures"))
        }
    }

    mutating func add(_ links: LinkTally) {
        for (reason, count) in links.broken {
            let advice = FailureAdvice(reason: reason)
            findings.append(
                Finding(
                    severity: advice.severity,
                    what: "\(Wording.count(count.links, "link")) to \(Wording.count(count.targets, "URL")): "
                        + "\(advice.what), such as",
                    subject: count.example, advice: advice.cure, count: count.links, reach: count.targets,
                    place: "broken-links"))
        }
    }

    mutating func addTitles(missing: Int64, duplicate: Int64) {
        if missing > 0 {
            findings.append(
                Finding(
                    severity: .low, what: "\(Wording.count(missing, "HTML page")) without a title",
                    advice: "Give each a title of its own.", count: missing, reach: missing,
                    place: "missing-titles"))
        }
        if duplicate > 0 {
            findings.append(
                Finding(
                    severity: .low,
                    what: "\(Wording.count(duplicate, "HTML page")) with a title that others have too",
                    advice: "Say in each title what the page alone has.", count: duplicate, reach: duplicate,
                    place: "duplicate-titles"))
        }
    }

    mutating func addSlow(_ pages: Int64) {
        guard pages > 0 else { return }
        findings.append(
            Finding(
                severity: .low, what: "\(Wording.count(pages, "page")) took a second or more",
                advice:
                    "Look what takes the time: the first byte (the server), or the rest (the size).",
                count: pages, reach: pages, place: "slowest"))
    }

    mutating func addPermanentRedirects(_ pages: Int64) {
        guard pages > 0 else { return }
        findings.append(
            Finding(
                severity: .low, what: "\(Wording.count(pages, "URL")) redirected for good",
                advice: "Let links lead to the new URL at once.", count: pages, reach: pages,
                place: "redirects"))
    }
}

/// What people can do about a failure.
struct FailureAdvice {
    let severity: RunReportDocument.Finding.Severity
    let what: String
    let cure: String

    private init(
        _ severity: RunReportDocument.Finding.Severity, _ what: String, _ cure: String
    ) {
        self.severity = severity
        self.what = what
        self.cure = cure
    }

    /// Of an HTTP status.
    init(status: Int) {
        switch status {
        case 404, 410:
            self.init(
                .medium, "status \(status), not there",
                "Mend or remove the links, or put back what was there.")
        case 401, 403, 407, 451:
            self.init(
                .medium, "status \(status), access refused",
                "Give the job what the server asks for (request.headers), or leave out what it refuses (follow.exclude)."
            )
        case 429:
            self.init(.medium, "status 429, too many requests", "Set a longer delay, and run again.")
        case 500...599:
            self.init(
                .high, "status \(status), a fault of the server",
                "Look into the server's log; then trawl retry.")
        default:
            self.init(
                .medium, "status \(status)", "Look at one of them; accept lists statuses that are fine.")
        }
    }

    /// Of an ``ErrorKind``, or of `invalid_url`.
    init(kind: String) {
        switch kind {
        case "dns": self.init(.high, "the name did not resolve", "Check the host's name and its DNS.")
        case "connect": self.init(.high, "no connection", "Check that the server runs and the port is open.")
        case "tls": self.init(.high, "no TLS, or a bad certificate", "Renew or mend the certificate.")
        case "host_unavailable":
            self.init(
                .high, "the host failed so often that it was given up", "Mend the host; then trawl retry.")
        case "reset", "truncated", "decode", "bad_response":
            self.init(
                .high, "the answer broke off or is not valid (\(kind))",
                "Look into the server's log; then trawl retry.")
        case "timeout_connect", "timeout_read", "timeout_total":
            self.init(
                .medium, "no answer in time (\(kind))",
                "Find out why it is slow, or raise timeouts; then trawl retry.")
        case "too_large":
            self.init(.low, "larger than the limit", "Raise limits.body, if the whole is wanted.")
        case "redirect_loop", "too_many_redirects", "bad_redirect":
            self.init(.medium, "redirects that lead nowhere (\(kind))", "Mend the server's redirects.")
        case "invalid_url", "unsupported_scheme":
            self.init(.medium, "no URL that can be asked for", "Correct these lines of the list.")
        case "blocked_address":
            self.init(.low, "a private address", "If it is meant, name it in allow_private.")
        case "cancelled":
            self.init(.low, "cancelled", "Unblock the host, or find out whether the request was delivered.")
        default: self.init(.medium, kind, "Look at what happened in the table.")
        }
    }

    /// Of a link, a ``LinkReason``'s raw value.
    init(reason: String) {
        switch reason {
        case "gone": self.init(.high, "the page is not there (404, 410)", "Mend or remove the links.")
        case "status": self.init(.high, "the URL answers with an error", "Mend the page, or the links to it.")
        case "no_fragment":
            self.init(
                .medium, "the page has no such place (#…)",
                "Mend the link's fragment, or give the place its id back.")
        case "malformed": self.init(.medium, "what the page gives is no URL", "Correct the link.")
        case "no_file", "is_directory", "case_differs":
            self.init(.high, "there is no such file (\(reason))", "Mend the link, or add the file.")
        case "loop", "bad_redirect":
            self.init(
                .medium, "redirects that lead nowhere (\(reason))",
                "Mend the server's redirects, or the links.")
        case "bad_response":
            self.init(
                .high, "the answer broke off or is not valid (\(reason))", "Look into the server's log.")
        case "dns", "tls", "connect":
            self.init(.medium, "the host cannot be reached (\(reason))", "Remove or renew the links.")
        default:
            self.init(.medium, "whoever follows one does not get there (\(reason))", "Look at one of them.")
        }
    }
}
