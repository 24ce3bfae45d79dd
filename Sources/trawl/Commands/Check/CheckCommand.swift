internal import ArgumentParser
internal import CrawlFetch
internal import Glibc
internal import JobFile
internal import Logging
internal import TrawlStore

/// `trawl check`
struct CheckCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a site's links, images, scripts and anchors: what is broken, and on which pages.",
        discussion: """
            Reads the pages of the host of each URL, asks once for whatever they refer to, and writes the links that are \
            broken, or of which nothing can be said for sure. The check is a job that is called check-HOST: stopped or killed, \
            the same command goes on, and the next check asks by validators for what has changed.

            Exit codes: 4 if a link is broken (--fail-on), 5 if no page could be read, 7 when interrupted, 8 where a limit \
            cut the check short, else 0. The same links are the view `broken_links`: \
            sqlite3 trawl.db "SELECT to_url, reason, from_url, line FROM broken_links".
            """)

    @Argument(
        help: ArgumentHelp(
            "Where the site begins: URLs, names of hosts; or a folder of HTML.", valueName: "url"))
    var urls: [String]

    @Option(help: ArgumentHelp("The name of the job.", discussion: "Default: check-HOST.", valueName: "name"))
    var name: String?

    @OptionGroup var follow: FollowOptions
    @OptionGroup var check: CheckOptions
    @OptionGroup var folder: CheckFolderOptions
    @OptionGroup var pace: PaceOptions

    @Option(
        help: ArgumentHelp(
            "The scheme of URLs that are given without one: http or https.", discussion: "Default: https.",
            valueName: "scheme"))
    var defaultScheme: DefaultScheme?

    @OptionGroup var report: CheckReportOptions
    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let logger = Logger(output)
        // Every argument and file is looked at before anything is asked for.
        let site = try folder.site(for: urls, logger)
        let job = try site.map { try self.job(of: $0) } ?? job(logger)
        let baseline = try report.baseline.map { try LinkBaseline(file: $0) } ?? LinkBaseline()
        let file = try ReportFile(report.file, besides: database.file)
        let known = try report.writeBaseline.map { try ReportFile($0, besides: database.file) }
        let store = try database.open(.readWrite)
        let record = try save(job, in: store)
        let (options, output) = (crawl.options(folder: site), output)
        let status = try await Interruption.watch(logger) { interruption in
            try await Workplace.with(store) { runner, processes in
                try await JobRun(
                    store: store, runner: runner, processes: processes, options: options, output: output,
                    rows: nil,
                    logger: logger, tellsFailures: false
                ).run(record, document: job.document, interruption)
            }
        }
        switch status {
        case .success, .someFailed, .noneSucceeded, .limitReached: break
        default: throw status
        }
        let tally = try write(
            CheckReport(job: record.name, baseline: baseline, rule: report.failOn),
            of: try store.existingRun(.latest, of: record), in: store, to: file, known)
        summarize(tally, of: record)
        switch status {
        case .noneSucceeded, .limitReached: throw status
        default: guard tally.failing == 0 else { throw ExitStatus.someFailed }
        }
    }

    /// - Parameter known: the new list of known breakages; nil for none.
    private func write(
        _ check: CheckReport, of run: RunRecord, in store: any CrawlDatabase, to file: ReportFile,
        _ known: ReportFile?
    ) throws -> CheckTally {
        let palette = Palette(isOn: file.isStandardOutput && output.usesColor(on: STDOUT_FILENO))
        var writer = report.format.writer(job: check.job, palette: palette) { text in
            do {
                try file.put(text)
            } catch ExitStatus.success {
                // The reader has seen enough (check … | head). What is broken still is, and the exit code says so.
            }
        }
        try file.begin()
        guard let known else { return try check.write(run.id, in: store, to: &writer) }
        try known.begin()
        var last = ""
        return try check.write(run.id, in: store, to: &writer) { line in
            guard line != last else { return }
            last = line
            try known.put(line + "\n")
        }
    }

    /// The job that the arguments make.
    private func job(_ logger: Logger) throws -> RunArguments.Job {
        var urls: [String] = []
        var host: String?
        for argument in self.urls {
            guard let address = AddressArgument(argument, defaultScheme) else {
                throw CommandFailure(.usage, "\(argument) is no URL and no name of a host")
            }
            let name = try address.jobName()
            address.announce(logger)
            host = host ?? name
            urls.append(address.url)
        }
        var settings = follow.settings + check.settings + pace.settings
        if follow.follow == nil {
            settings.append(.init(flag: "--follow", section: "follow", key: "scope", value: .text("host")))
        }
        let made = CommandLineJob(name: name ?? "check-\(host ?? "")", urls: urls, settings: settings)
        return RunArguments.Job(name: made.name, document: try made.document(), isNameImplied: name == nil)
    }

    private func save(_ job: RunArguments.Job, in store: any CrawlDatabase) throws -> JobRecord {
        try store.checkReplacing(job, madeOf: JobRecord.keysOfCheck)
        if let document = job.document {
            do throws(StoreError) {
                try store.write { try $0.saveJob(document, now: FetchEnvironment.system.wallClock()) }
            } catch {
                throw CommandFailure(error)
            }
        }
        return try store.existingJob(job.name).active(in: store)
    }

    private func summarize(_ tally: CheckTally, of job: JobRecord) {
        let hint = database.query(
            "to_url, reason, from_url, line", from: "broken_links", where: "job = '\(job.name)'")
        guard !output.quiet else {
            // cron mails this line.
            if tally.failing > 0 { Logger(output).error("\(job.name): \(tally.message); \(hint)") }
            return
        }
        switch output.logFormat {
        case .text:
            Terminal.writeError(tally.text(Palette(isOn: output.usesColor(on: STDERR_FILENO)), hint: hint))
        case .json:
            let now = FetchEnvironment.system.wallClock()
            Terminal.writeError(tally.json(job: job.name, hint: hint, now: now) + "\n")
        }
    }
}
