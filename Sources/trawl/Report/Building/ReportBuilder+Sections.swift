internal import CrawlCore
internal import TrawlStore

/// The parts of a report below its summary.
extension ReportBuilder {
    typealias Section = RunReportDocument.Section

    func sections(
        _ report: RunReport, _ pages: PageTally, _ hosts: HostTally, _ redirects: RedirectTally,
        _ links: LinkTally?,
        _ changes: ChangeTally?, _ counts: RunReportDocument.Changes?
    ) -> [Section] {
        let types = pages.types.map { (type: $0.key, pages: $0.value.pages, bytes: $0.value.bytes) }
            .sorted { ($1.pages, $0.type) < ($0.pages, $1.type) }
        var sections = [
            Section(
                id: "answers", title: "What came of the pages",
                charts: [
                    ReportCharts.statuses(report), ReportCharts.errors(report), ReportCharts.skips(report),
                    ReportCharts.depths(pages.depths),
                ].compactMap { $0 }, tables: [pages.failures]),
            Section(
                id: "links", title: "Links", tables: [links?.table, redirects.table].compactMap { $0 },
                note: links == nil
                    ? "The job does not keep its links (links: keep, or check: true), so broken links are known only as pages that failed."
                    : nil),
            Section(
                id: "titles", title: "Titles", tables: [pages.missingTitles, duplicateTitles(pages.titles)]),
            Section(
                id: "time", title: "Time",
                charts: [
                    ReportCharts.timeline(pages.seconds),
                    pages.phases[.total].flatMap(ReportCharts.distribution),
                    ReportCharts.phases(pages.phases),
                ].compactMap { $0 },
                tables: [slowest(pages)]),
            Section(
                id: "size", title: "Size and types", charts: [ReportCharts.types(types)].compactMap { $0 },
                tables: [largest(pages), table(of: types)]),
            Section(id: "host", title: "Hosts", tables: [hosts.table]),
        ]
        sections.insert(changesSection(changes, counts), at: 1)
        sections.append(Section(id: "everything", title: "Everything", tables: [byURL(pages.pages)]))
        return sections.filter { !$0.isEmpty }
    }

    private func changesSection(_ changes: ChangeTally?, _ counts: RunReportDocument.Changes?) -> Section {
        var section = Section(id: "change", title: "What changed")
        if let changes, let counts {
            section.charts = [ReportCharts.changes(counts)].compactMap { $0 }
            section.tables = [changes.table]
            if counts.isSame { section.note = "Nothing changed since run \(counts.since)." }
        } else if run.state == .finished {
            section.note = "There is no finished run before this one to compare it with."
        } else {
            section.note = "The run is not finished, so it is not compared with the one before."
        }
        return section
    }

    private func duplicateTitles(_ titles: TitleTally) -> ReportTable {
        var table = ReportTable.duplicateTitles
        let duplicates = titles.duplicates
        table.total = Int64(duplicates.count)
        for title in duplicates.prefix(limits.others) {
            table.add(.text(title.title), .number(title.pages), .text(title.url))
        }
        return table
    }

    private func slowest(_ pages: PageTally) -> ReportTable {
        var table = ReportTable.slowest
        for (time, row) in pages.slowest.rows {
            table.add(
                .text(texts.url(row.url)), .number(time), .number(row.timeNameLookupMilliseconds),
                .number(row.timeConnectMilliseconds), .number(row.timeStartTransferMilliseconds),
                .number(row.statusCode), .number(row.contentLength))
        }
        table.total = Int64(table.rows)
        return table
    }

    private func largest(_ pages: PageTally) -> ReportTable {
        var table = ReportTable.largest
        for (length, row) in pages.largest.rows {
            table.add(
                .text(texts.url(row.url)), .number(length), .number(row.sizeDownload),
                .text(texts.text(row.contentType)), .number(row.timeTotalMilliseconds))
        }
        table.total = Int64(table.rows)
        return table
    }

    private func table(of types: [(type: String, pages: Int64, bytes: Int64)]) -> ReportTable {
        var table = ReportTable.types
        for type in types {
            table.add(.text(type.type.isEmpty ? nil : type.type), .number(type.pages), .number(type.bytes))
        }
        table.total = Int64(table.rows)
        return table
    }

    /// URLs side by side share their beginnings, which is what makes the file small.
    private func byURL(_ table: ReportTable) -> ReportTable {
        guard case .texts(let urls)? = table.columns.first?.cells else { return table }
        let keys = urls.map { $0 ?? "" }
        return table.reordered(keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) })
    }
}
