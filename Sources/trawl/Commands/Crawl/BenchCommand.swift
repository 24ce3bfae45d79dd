internal import ArgumentParser
internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlDatabase
internal import TrawlStore
internal import JobFile
internal import Logging

/// `trawl bench`
struct BenchCommand: AsyncParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Make the same requests at several levels of concurrency, and compare.",
        discussion: """
            Each level is a run of its own, whose results are not kept, with so many requests at once to one host as to \
            all. The speed-up is that over the first level. All requests are made at each level: those that change \
            something do so each time.
            """)

    @Argument(
        help: ArgumentHelp("A job's name, or a job file.", valueName: "job|file.yaml"), completion: .file())
    var job: String

    @Option(help: ArgumentHelp("The levels, with commas between them.", valueName: "n,n,…"))
    var concurrency = LevelsArgument([1, 4, 16])

    @Option(
        name: .customLong("var"),
        help: ArgumentHelp("The value of a variable; repeatable.", valueName: "name=value"))
    var variables: [VariableArgument] = []

    @OptionGroup var crawl: CrawlCommandOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let document = try document()
        let (options, logger) = (crawl.options, Logger(output))
        var quiet = output
        quiet.quiet = true
        quiet.verbose = false
        let (levels, variables, silent) = (concurrency.levels, VariableArgument.values(variables), quiet)
        let results = try await Interruption.watch(logger) { interruption in
            var results: [Level] = []
            for level in levels where !interruption.isInterrupted {
                results.append(
                    try await Self.measure(
                        document, level, variables, options, silent, logger, interruption))
            }
            return results
        }
        try Terminal.put(table(results))
        guard results.count == levels.count else { throw ExitStatus.interrupted }
    }

    private func document() throws -> JobDocument {
        if let document = try JobArgument(job).document() { return document }
        let record = try database.open(.readOnly).existingJob(job)
        do throws(JobFileError) {
            return try JobDocument(yaml: record.spec, source: .database(name: record.name))
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }

    /// The measurements of one level.
    private struct Level: Sendable {
        let concurrency: Int
        let progress: RunProgress
        /// The requests' times in milliseconds, the shortest first.
        let times: [Int64]

        /// A quantile of the times, by nearest rank.
        func percentile(_ percent: Int) -> Int64 {
            times.isEmpty ? 0 : times[max(0, (times.count * percent + 99) / 100 - 1)]
        }
    }

    private static func measure(
        _ document: JobDocument, _ level: Int, _ variables: [String: String], _ options: CrawlOptions,
        _ output: OutputOptions, _ logger: Logger, _ interruption: Interruption
    ) async throws -> Level {
        let leveled: JobDocument
        do throws(JobFileError) {
            leveled = try document.with(concurrency: level)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        let store: any CrawlDatabase
        do throws(StoreError) {
            store = try DatabaseName.temporary()
            try store.write { try $0.saveJob(leveled, now: FetchEnvironment.system.wallClock()) }
        } catch {
            throw CommandFailure(error)
        }
        let record = try store.existingJob(leveled.spec.name)
        _ = try await Workplace.with(store) { runner, processes in
            try await JobRun(
                store: store, runner: runner, processes: processes, options: options, output: output,
                rows: nil, logger: logger, variables: variables, tellsEnd: false
            ).run(record, document: leveled, interruption)
        }
        let run = try store.existingRun(.latest, of: record)
        do throws(StoreError) {
            return Level(
                concurrency: level, progress: run.progress, times: try store.read { try $0.times(of: run.id) }
            )
        } catch {
            throw CommandFailure(error)
        }
    }

    private func table(_ levels: [Level]) -> String {
        var table = TextTable([
            "concurrency", "requests", "failed", "elapsed", "requests/s", "p50", "p95", "speed-up",
        ])
        for level in levels {
            let progress = level.progress
            let elapsed = max(progress.elapsedMilliseconds, 1)
            let first = max(levels[0].progress.elapsedMilliseconds, 1)
            table.add([
                "\(level.concurrency)", Wording.count(progress.requests), Wording.count(progress.failed),
                Wording.time(milliseconds: elapsed), Self.tenths(progress.requests * 10_000 / elapsed),
                Wording.time(milliseconds: level.percentile(50)),
                Wording.time(milliseconds: level.percentile(95)), Self.tenths(first * 10 / elapsed) + " ×",
            ])
        }
        return table.text(Palette(isOn: output.usesColor(on: 1)), columns: Terminal.columns(1))
    }

    private static func tenths(_ number: Int64) -> String { "\(number / 10).\(number % 10)" }
}

/// Levels of concurrency: `1,4,16`.
struct LevelsArgument: ExpressibleByArgument {
    let levels: [Int]

    init(_ levels: [Int]) { self.levels = levels }

    init?(argument: String) {
        let levels = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard !levels.isEmpty, levels.allSatisfy({ (1...10_000).contains($0) }) else { return nil }
        self.levels = levels
    }

    var defaultValueDescription: String { levels.map(String.init).joined(separator: ",") }
}
