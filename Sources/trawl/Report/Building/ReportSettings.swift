internal import CrawlCore
internal import CrawlEngine
internal import JobFile
internal import TrawlStore

/// The job of a run as a report shows it.
struct ReportSettings {
    /// The job as lines of a job file with every setting; empty where it cannot be read any more.
    let text: String
    /// By what name robots.txt may speak of the crawler.
    let productToken: String

    /// Keys whose values may be secrets, or hold parts of requests. They are not shown.
    private static let unshown: Set<String> = ["request", "requests", "on_finish", "vars"]
    private static let urls = 20

    init(of run: RunRecord, job: String, _ texts: ReportTexts) {
        guard let document = try? JobDocument(yaml: run.spec, source: .database(name: job)) else {
            text = ""
            productToken = RobotsTxt.productToken(ofUserAgent: Product.userAgent)
            return
        }
        let agent = document.spec.request.userAgent ?? Product.userAgent
        productToken = RobotsTxt.productToken(ofUserAgent: agent)
        var lines: [Substring] = []
        var isShown = true
        for line in document.complete(urlLimit: Self.urls).split(separator: "\n") {
            if line.first != " " {
                let key = String(line.prefix { $0 != ":" })
                isShown = !Self.unshown.contains(key)
                if !isShown { lines.append("# \(key): not shown, as it may hold secrets") }
            }
            if isShown { lines.append(line) }
        }
        let shown = lines.map { ForeignText.cut(String($0), to: 2_000) }.joined(separator: "\n")
        text = texts.isAnonymous ? ReportTexts.withoutQueries(shown) : shown
    }
}
