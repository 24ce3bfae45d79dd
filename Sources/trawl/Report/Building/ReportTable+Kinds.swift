/// The tables of a report, empty.
extension ReportTable {
    static let pages = ReportTable(
        id: "pages", title: "All pages", note: "A row is a page, by URL.",
        query: "SELECT * FROM results WHERE job = %",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("state", "State", .word),
            ReportColumn("status_code", "Status", .status), ReportColumn("why", "Why", .word),
            ReportColumn("title", "Title", .text), ReportColumn("content_type", "Type", .text),
            ReportColumn("content_length", "Bytes", .number),
            ReportColumn("time_starttransfer_ms", "First byte, ms", .number),
            ReportColumn("time_total_ms", "Total, ms", .number), ReportColumn("depth", "Depth", .number),
            ReportColumn("referrer", "Found on", .url),
        ])

    static let failures = ReportTable(
        id: "failures", title: "Pages that failed",
        note: "A row is a page that failed, or a line of the list that is no URL.",
        query: "SELECT * FROM failures WHERE job = %",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("error_kind", "Error", .word),
            ReportColumn("status_code", "Status", .status), ReportColumn("error", "What happened", .text),
            ReportColumn("attempts", "Tries", .number), ReportColumn("referrer", "Found on", .url),
        ])

    static let missingTitles = ReportTable(
        id: "missing-titles", title: "Missing titles",
        note: "A row is an HTML page without a title, or with an empty one.",
        query: "SELECT * FROM missing_titles WHERE job = %",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("status_code", "Status", .status),
            ReportColumn("content_length", "Bytes", .number), ReportColumn("referrer", "Found on", .url),
        ])

    static let duplicateTitles = ReportTable(
        id: "duplicate-titles", title: "Duplicate titles",
        note: "A row is a title that several HTML pages have. The filter of all pages finds them.",
        query: "SELECT * FROM duplicate_titles WHERE job = % ORDER BY title",
        columns: [
            ReportColumn("title", "Title", .text), ReportColumn("pages", "Pages", .number),
            ReportColumn("url", "One of them", .url),
        ])

    static let slowest = ReportTable(
        id: "slowest", title: "Slowest pages", note: "The hundred pages that took longest.",
        query: "SELECT * FROM slow_pages WHERE job = %",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("time_total_ms", "Total, ms", .number),
            ReportColumn("time_namelookup_ms", "Name, ms", .number),
            ReportColumn("time_connect_ms", "Connected after, ms", .number),
            ReportColumn("time_starttransfer_ms", "First byte after, ms", .number),
            ReportColumn("status_code", "Status", .status), ReportColumn("content_length", "Bytes", .number),
        ])

    static let largest = ReportTable(
        id: "largest", title: "Largest pages", note: "The hundred pages with the most bytes, decoded.",
        query: "SELECT * FROM results WHERE job = % ORDER BY content_length DESC",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("content_length", "Bytes", .number),
            ReportColumn("size_download", "Bytes received", .number),
            ReportColumn("content_type", "Type", .text), ReportColumn("time_total_ms", "Total, ms", .number),
        ])

    static let hosts = ReportTable(
        id: "hosts", title: "Hosts",
        note:
            "A row is a host. Delay is the least time between two starts by what people have set or robots.txt asks for; "
            + "empty is what the job says. Bytes are those of each page's last try. Longest wait is what Retry-After or the job put between two tries of a page.",
        query: "SELECT * FROM host_summary WHERE job = %",
        columns: [
            ReportColumn("host", "Host", .url), ReportColumn("pages", "Pages", .number),
            ReportColumn("pages_done", "Done", .number), ReportColumn("pages_failed", "Failed", .number),
            ReportColumn("pages_skipped", "Skipped", .number),
            ReportColumn("mean_time_total_ms", "Mean, ms", .number),
            ReportColumn("max_time_total_ms", "Longest, ms", .number),
            ReportColumn("size_download", "Bytes received", .number),
            ReportColumn("retries", "Retries", .number),
            ReportColumn("longest_wait_ms", "Longest wait, ms", .number),
            ReportColumn("delay_ms", "Delay, ms", .number), ReportColumn("robots", "robots.txt", .word),
            ReportColumn("condition", "Now", .word),
        ])

    static let redirects = ReportTable(
        id: "redirects", title: "Redirects",
        note:
            "A row is a page that redirected. Redirects are no errors. Those that are meant to last (301, 308) say what links should "
            + "lead to instead.",
        query: "SELECT * FROM redirect_chains WHERE job = %",
        columns: [
            ReportColumn("url", "URL", .url), ReportColumn("hops", "Statuses", .text),
            ReportColumn("num_redirects", "Redirects", .number), ReportColumn("final_url", "Leads to", .url),
            ReportColumn("status_code", "Answer", .status), ReportColumn("permanent_url", "Link to", .url),
            ReportColumn("way", "On the way", .text),
        ])

    static let brokenLinks = ReportTable(
        id: "broken-links", title: "Broken links",
        note:
            "A row is a link on a page, those to one URL one after the other. Unsure is what cannot be told from here.",
        query: "SELECT * FROM broken_links WHERE job = %",
        columns: [
            ReportColumn("to_url", "Leads to", .url), ReportColumn("verdict", "Verdict", .word),
            ReportColumn("reason", "Why", .word), ReportColumn("status_code", "Status", .status),
            ReportColumn("from_url", "On page", .url), ReportColumn("line", "Line", .number),
            ReportColumn("element", "Element", .word), ReportColumn("text", "Text", .text),
            ReportColumn("fragment", "Fragment", .text),
            ReportColumn("broken_since_at", "Since", .instant),
        ])

    static let changes = ReportTable(
        id: "changes", title: "What changed",
        note:
            "A row is a page that is not as it was. Unknown is what this run did not get to, which is no change.",
        query: "SELECT * FROM changes WHERE job = %",
        columns: [
            ReportColumn("change", "Change", .word), ReportColumn("url", "URL", .url),
            ReportColumn("status_code_before", "Status before", .status),
            ReportColumn("status_code_after", "After", .status),
            ReportColumn("title_before", "Title before", .text), ReportColumn("title_after", "After", .text),
            ReportColumn("content_length_before", "Bytes before", .number),
            ReportColumn("content_length_after", "After", .number),
        ])

    static let types = ReportTable(
        id: "types", title: "Content types", note: "A row is a type of the pages that were answered.",
        query: nil,
        columns: [
            ReportColumn("content_type", "Type", .text), ReportColumn("pages", "Pages", .number),
            ReportColumn("content_length", "Bytes", .number),
        ])
}
