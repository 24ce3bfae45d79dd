internal import ArgumentParser
internal import CLinux
internal import CrawlEngine
internal import Foundation
internal import Glibc
internal import JobFile
internal import Logging

/// The program: `trawl`.
@main
struct Trawl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trawl",
        abstract: "Fetch lists of URLs, sites and APIs into a SQLite file, politely and resumably.",
        discussion: """
            A job file names what to fetch; `trawl run FILE.yaml` fetches it into trawl.db. Stopped or killed at any \
            instant, the same command goes on where it was. Ask the results with sqlite3: \
            SELECT url, status_code, title, error FROM results.

            Exit codes: 0 all pages done; 1 internal error; 2 usage or job-file error; 3 database or I/O error; \
            4 finished, some pages failed; 5 finished, no page succeeded; 6 the job is already running elsewhere; \
            7 interrupted, resumable; 8 a limit was reached, resumable; 9 diff --exit-code found changes.
            """,
        version: Product.version,
        subcommands: [
            InitCommand.self, RunCommand.self, FetchCommand.self, CheckCommand.self, AddCommand.self,
            JobsCommand.self,
            RunsCommand.self, StatusCommand.self, ResultsCommand.self, ReportCommand.self, LinksCommand.self,
            DiffCommand.self,
            ExplainCommand.self, RetryCommand.self, AbandonCommand.self, MergeCommand.self,
            SitemapCommand.self,
            SchemaCommand.self, BenchCommand.self,
            DaemonCommand.self,
            DatabaseCommand.self,
            DemoCommand.self,
        ])

    static func main() async {
        // A closed pipe and a file-size limit then are errors of write(2) and do not end the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        StandardStreams.fillClosed()
        var output: OutputOptions?
        do {
            if try beganOtherwise() { return }
            try checkCommand()
            var command = try parseAsRoot(arguments)
            try checkMachine()
            output = (command as? any OutputCommand)?.output
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withStatusOf: error, output)
        }
    }

    /// What stands behind the program's name.
    private static let arguments = (0..<clinux_argument_count()).dropFirst().map {
        String(cString: clinux_argument($0))
    }

    /// What is done where there is no command: questions on a terminal where there are no arguments at all, or what the program is made of.
    ///
    /// - Returns: whether that was it.
    private static func beganOtherwise() throws -> Bool {
        let words = arguments
        if words.isEmpty {
            guard InitCommand.isPossible else {
                Terminal.writeError(helpMessage() + "\n")
                throw ExitStatus.usage
            }
            try Terminal.put(
                InitCommand.fitting(
                    "trawl fetches lists of URLs and sites into a SQLite file. Three questions make a job file; Ctrl-C ends this, and trawl --help lists the commands.\n\n"
                ))
            try InitCommand.ask(nil)
            return true
        }
        guard words.contains("--version"), words.count == 2,
            words.contains("--verbose") || words.contains("-v")
        else { return false }
        try Terminal.put(VersionReport.text + "\n")
        return true
    }

    /// Throws where the first argument is no command, and says which one is likely meant.
    private static func checkCommand() throws {
        var commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        commands.append("help")
        guard let word = arguments.first else { return }
        if word.hasPrefix("-") || commands.contains(word) { return }
        let way = suggestion(for: word, commands)
        throw CommandFailure(.usage, "\(Terminal.sanitized(word)) is no command; \(way)")
    }

    /// Throws where /proc is not mounted. libdispatch, which runs Swift's tasks, reads there every second how its threads are doing, and
    /// ends the process if it cannot.
    private static func checkMachine() throws {
        guard access("/proc/self/task", R_OK) == 0 else {
            throw CommandFailure(
                .io, "/proc is not there, which the program needs; mount it: mount -t proc proc /proc")
        }
        // The /proc of another PID namespace has other numbers. This is the first thread, whose number is that of the process.
        guard access("/proc/self/task/\(getpid())", R_OK) != 0 else { return }
        throw CommandFailure(
            .io, "/proc is that of another PID namespace; mount that of this one: mount -t proc proc /proc")
    }

    private static func suggestion(for word: String, _ commands: [String]) -> String {
        if word.contains(".") || word.contains("/") || word.contains(":") {
            let word = Terminal.sanitized(word)
            let way = "to fetch it into a database: trawl run \(word)"
            return word.contains("://") ? "\(way); to keep nothing: trawl fetch \(word)" : way
        }
        if let meant = Spelling.nearest(to: word, in: commands) { return "did you mean \(meant)?" }
        return "trawl --help lists them"
    }

    /// Prints an error once, and ends the process with its exit code.
    private static func exit(withStatusOf error: any Error, _ output: OutputOptions?) -> Never {
        switch error {
        case let failure as CommandFailure:
            if let output, output.logFormat == .json {
                Logger(output).error("\(failure.message)")
            } else {
                Terminal.writeError("trawl: \(failure.message)\n")
            }
            Glibc.exit(failure.status.rawValue)
        case let status as ExitStatus:
            Glibc.exit(status.rawValue)
        default:
            // The argument parser throws requests for help and the version; all else is wrong usage.
            let isHelp = exitCode(for: error).isSuccess
            let text = fullMessage(for: error)
            if isHelp { print(text) } else { Terminal.writeError(text + "\n") }
            Glibc.exit((isHelp ? ExitStatus.success : .usage).rawValue)
        }
    }
}
