internal import CrawlCore
internal import TrawlStore

/// Reads what a report says out of a database, in one state of it.
struct ReportBuilder {
    let job: JobRecord
    let run: RunRecord
    let texts: ReportTexts
    var limits = PageTally.Limits()

    func document(from reader: any StoreReader) throws -> RunReportDocument {
        let settings = ReportSettings(of: run, job: job.name, texts)
        let report = try reader.report(run.id, slowestHosts: 0)
        var pages = PageTally(texts, limits: limits)
        try reader.forEachResult(of: run.id, .all) { pages.add($0) }
        var hosts = HostTally(
            limit: limits.others, instant: run.finishedAt ?? run.startedAt,
            productToken: settings.productToken)
        try reader.forEachHost(of: run.id) { try hosts.add($0, in: reader) }
        var redirects = RedirectTally(texts, limit: limits.others)
        try reader.forEachRedirect(of: run.id) { redirects.add($0) }
        redirects.end()
        let verdicts = try reader.verdictCounts(of: run.id)
        var links: LinkTally?
        if !verdicts.isEmpty {
            var tally = LinkTally(texts, limit: limits.others, told: pages.causes.tellingURLs)
            try reader.forEachLinkFault(of: run.id) { link in
                tally.add(link)
                return true
            }
            links = tally
        }
        var (changes, since): (ChangeTally?, Int) = (nil, 0)
        if run.state == .finished, let before = try reader.finishedRun(of: job.id, before: run.number) {
            var tally = ChangeTally(texts, limit: limits.others)
            try reader.forEachChange(from: before.id, to: run.id) { tally.add($0) }
            (changes, since) = (tally, before.number)
        }
        var document = RunReportDocument(
            job: job.name, run: facts(isLatest: try reader.latestRun(of: job.id)?.id == run.id))
        document.settings = settings.text
        document.limits = ReportLimits.sentences(run, report, verdicts)
        document.changes = changes.map { RunReportDocument.Changes(since: since, counts: $0.words) }
        document.failures = pages.causes.counts
        let duplicates = pages.titles.duplicates
        document.findings = findings(pages, links, redirects, duplicates.reduce(0) { $0 + $1.pages })
        document.figures = figures(pages, links, document.changes)
        document.sections = sections(report, pages, hosts, redirects, links, changes, document.changes)
        return document
    }

    private func facts(isLatest: Bool) -> RunReportDocument.Run {
        RunReportDocument.Run(
            number: run.number, isLatest: isLatest, isFinished: run.state == .finished,
            startedAt: run.startedAt,
            finishedAt: run.finishedAt, progress: run.progress, isAnonymous: texts.isAnonymous)
    }

    private func findings(
        _ pages: PageTally, _ links: LinkTally?, _ redirects: RedirectTally, _ duplicates: Int64
    ) -> [RunReportDocument.Finding] {
        var findings = ReportFindings()
        let told = links.map { $0.broken.map { ($0.reason, $0.count.targets) } } ?? []
        findings.add(pages.causes, told: Dictionary(told, uniquingKeysWith: +))
        if let links { findings.add(links) }
        findings.addTitles(missing: pages.missingTitles.total, duplicate: duplicates)
        findings.addSlow(pages.slow)
        findings.addPermanentRedirects(redirects.permanent)
        return findings.worst
    }

    private func figures(
        _ pages: PageTally, _ links: LinkTally?, _ changes: RunReportDocument.Changes?
    ) -> [RunReportDocument.Figure] {
        typealias Figure = RunReportDocument.Figure
        let progress = run.progress
        func count(
            _ name: String, _ heading: String, _ value: Int64, _ tone: ReportChart.Tone = .plain,
            _ place: String? = nil
        ) -> Figure {
            Figure(
                name: name, heading: heading, value: value, text: Wording.count(value), tone: tone,
                place: place)
        }
        var figures = [
            count("pages", "pages", progress.pages, .plain, "pages"),
            count("pages_done", "done", progress.done, .good),
            count("pages_failed", "failed", progress.failed, progress.failed > 0 ? .bad : .plain, "failures"),
            count("pages_skipped", "skipped", progress.skipped, .other),
        ]
        if progress.pending > 0 {
            figures.append(count("pages_pending", "still to come", progress.pending, .other))
        }
        if let links {
            figures.append(
                count(
                    "broken_links",
                    links.brokenLinks == 0
                        ? "broken links" : "broken links, to \(Wording.count(links.brokenTargets, "URL"))",
                    links.brokenLinks, links.brokenLinks > 0 ? .bad : .good,
                    "broken-links"))
            if links.unsureLinks > 0 {
                figures.append(count("unsure_links", "unsure links", links.unsureLinks, .other))
            }
        }
        if let changes {
            let changed = changes.counts.filter { $0.word != "unknown" }.reduce(0) { $0 + $1.count }
            figures.append(count("changes", "changed since run \(changes.since)", changed, .plain, "changes"))
        }
        if let times = pages.phases[.total]?.percentiles([0.5, 0.95]), times.count == 2 {
            for (name, heading, time) in [
                ("time_p50_ms", "median time", times[0]), ("time_p95_ms", "95% took at most", times[1]),
            ] {
                figures.append(
                    Figure(
                        name: name, heading: heading, value: time, text: Wording.time(milliseconds: time),
                        place: "time"))
            }
        }
        figures.append(count("requests", "requests", progress.requests))
        figures.append(
            Figure(
                name: "size_download", heading: "received, with retries", value: progress.sizeDownload,
                text: Wording.bytes(progress.sizeDownload)))
        figures.append(
            Figure(
                name: "elapsed_ms", heading: "time at work", value: progress.elapsedMilliseconds,
                text: Wording.time(milliseconds: progress.elapsedMilliseconds)))
        return figures
    }
}
