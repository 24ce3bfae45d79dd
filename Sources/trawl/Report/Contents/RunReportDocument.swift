internal import CrawlCore

/// All that a report says of a run. The HTML, JSON and Markdown of `trawl report` are three ways to write one of these.
struct RunReportDocument {
    let job: String
    let run: Run
    /// The numbers at the top.
    var figures: [Figure] = []
    /// Why pages failed, the most frequent first.
    var failures: [Count] = []
    /// What changed since an earlier run; nil where it is not compared with any.
    var changes: Changes?
    /// What to mend, the worst first.
    var findings: [Finding] = []
    /// What the numbers do not cover, one sentence each.
    var limits: [String] = []
    var sections: [Section] = []
    /// The job with its defaults, as lines of a job file.
    var settings = ""

    /// Which run it is.
    struct Run {
        let number: Int
        /// Whether it is the job's latest, which is what the views of the database show.
        let isLatest: Bool
        let isFinished: Bool
        /// Unix milliseconds.
        let startedAt: Int64
        /// Unix milliseconds; nil while it is not finished.
        let finishedAt: Int64?
        let progress: RunProgress
        /// Whether queries of URLs are left out.
        let isAnonymous: Bool
    }

    /// A number that stands for itself.
    struct Figure {
        /// Its name in the data.
        let name: String
        /// Its name for people.
        let heading: String
        let value: Int64?
        /// The value for people.
        let text: String
        var tone = ReportChart.Tone.plain
        /// The section or table that has more; nil for none.
        var place: String?
    }

    struct Count {
        let word: String
        let count: Int64
    }

    struct Changes {
        /// The run that this one is compared with.
        let since: Int
        let counts: [Count]

        /// Whether anything is another.
        var isSame: Bool { counts.allSatisfy { $0.word == "unknown" } }
    }

    /// Something to mend: one cause, however many pages have it.
    struct Finding {
        enum Severity: String {
            case high
            case medium
            case low
        }

        let severity: Severity
        /// What is wrong, in our words.
        let what: String
        /// What it is about, in a stranger's words: a host, a URL; nil for nothing in particular.
        var subject: String?
        let advice: String
        /// How many pages, or links.
        let count: Int64
        /// How many URLs have it, by which causes are ranked.
        let reach: Int64
        /// The table that has them.
        let place: String
    }

    struct Section {
        /// What it is called in the page's address.
        let id: String
        let title: String
        var charts: [ReportChart] = []
        var tables: [ReportTable] = []
        /// What it says where it has neither.
        var note: String?

        var isEmpty: Bool { charts.isEmpty && tables.allSatisfy { $0.rows == 0 } && note == nil }
    }
}
