internal import ArgumentParser

/// How the links that are broken or unsure are written.
enum CheckFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case ndjson
    case csv
    case junit
    case markdown

    /// The word of an argument; `md`, as in `trawl report`, is Markdown too.
    init?(argument: String) {
        self.init(rawValue: argument == "md" ? "markdown" : argument)
    }

    /// A writer.
    ///
    /// - Parameters:
    ///   - job: the job's name.
    ///   - put: writes a piece of text.
    func writer(job: String, palette: Palette, _ put: @escaping (String) throws -> Void) -> any CheckWriter {
        switch self {
        case .table: CheckTable(palette: palette, put: put)
        case .ndjson: CheckRows(isCSV: false, put: put)
        case .csv: CheckRows(isCSV: true, put: put)
        case .junit: CheckJUnit(job: job, put: put)
        case .markdown: CheckMarkdown(job: job, put: put)
        }
    }
}

/// Writes links one by one; those to one URL come one after the other. It keeps none but the first few of one URL.
protocol CheckWriter {
    /// Writes what comes before the first.
    mutating func begin(_ tally: CheckTally) throws
    mutating func write(_ fault: LinkFault) throws
    /// Writes what comes after the last.
    mutating func end() throws
}
