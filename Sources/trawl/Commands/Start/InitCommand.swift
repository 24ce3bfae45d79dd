internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import JobFile

/// `trawl init`, and `trawl` without arguments on a terminal.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a job file by three questions.",
        discussion:
            "Asks on the terminal, and writes a job file in which comments say what else there is. Nothing is fetched."
    )

    @Argument(
        help: ArgumentHelp(
            "The job file to write.",
            discussion: "Default: the host's or the list's name, with .yaml behind it.",
            valueName: "file.yaml"), completion: .file())
    var file: String?

    func validate() throws {
        if let file, ![".yaml", ".yml"].contains(where: file.hasSuffix) {
            throw ValidationError(
                "\(file) would not be taken for a job file; write a name that ends in .yaml")
        }
    }

    func run() throws {
        guard Self.isPossible else {
            throw CommandFailure(
                .usage,
                "init asks its questions on a terminal, and this is none; docs/job-file.md says how a job file is written"
            )
        }
        try Self.ask(file)
    }

    /// Whether somebody is there to answer.
    static var isPossible: Bool {
        Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDOUT_FILENO)
    }

    /// Asks, writes the file and says what to type next.
    ///
    /// - Parameter file: the path; nil for one that follows from the answers.
    static func ask(_ file: String?) throws {
        // Before anybody answers in vain.
        if let file { try checkAbsence(of: file) }
        let questions = Questionnaire(
            readLine: { readLine() }, write: { Terminal.write(fitting($0), to: STDOUT_FILENO) })
        guard var draft = questions.draft() else {
            throw CommandFailure(.usage, "no more answers; nothing was written")
        }
        let path = file ?? freePath(for: draft.name)
        // A job file names its list from its own folder on.
        if case .list(let list) = draft.source, path.contains("/"), !list.hasPrefix("/") {
            draft.source = .list("\(FileManager.default.currentDirectoryPath)/\(list)")
        }
        do throws(JobFileError) {
            _ = try JobDocument(yaml: draft.text, source: .file(path))
        } catch {
            throw CommandFailure(.usage, "\(error.description); nothing was written")
        }
        try write(draft.text, to: path)
        try Terminal.put("\n" + next(path, draft))
    }

    private static func checkAbsence(of file: String) throws {
        guard access(file, F_OK) != 0 else {
            throw CommandFailure(.usage, "\(file) is there already; write another name")
        }
    }

    /// The first of `name.yaml`, `name-2.yaml` and so on that is not there. What comes in a name with a port is no colon, which
    /// would be awkward to type.
    private static func freePath(for name: String) -> String {
        let stem = String(name.map { $0 == ":" || $0 == "/" ? "-" : $0 })
        if access("\(stem).yaml", F_OK) != 0 { return "\(stem).yaml" }
        return (2...).lazy.map { "\(stem)-\($0).yaml" }.first { access($0, F_OK) != 0 } ?? "\(stem).yaml"
    }

    /// Writes a file that must not be there yet.
    private static func write(_ text: String, to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0, Terminal.write(text, to: file), close(file) == 0 else {
            throw CommandFailure(.io, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// Lines that fit the terminal; those of choices go on below their text.
    static func fitting(_ text: String, columns: Int? = Terminal.columns(STDOUT_FILENO)) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { WrappedText.lines(String($0), columns: columns, hanging: $0.hasPrefix("  ") ? 5 : 0) }
            .joined(separator: "\n")
    }

    private static func next(_ path: String, _ draft: JobDraft) -> String {
        let file = ShellWord.quoted(path)
        let commands = [
            ("trawl run --dry-run \(file)", "what it would do; nothing is asked for"),
            ("trawl run \(file)", "fetches; Ctrl-C stops it, and the same command goes on"),
            ("trawl results \(ShellWord.quoted(draft.name))", "what came of each page"),
        ]
        let head =
            "\(Terminal.sanitized(path)) is written: change in it what you like. What to type next:\n\n"
        let width = commands.map { $0.0.count }.max() ?? 0
        let longest = commands.map { $0.1.count }.max() ?? 0
        // Where there is no room for both, what a command does stands below it; the command itself is never broken.
        guard width + longest + 4 < Terminal.columns(STDOUT_FILENO) ?? .max else {
            return fitting(head) + commands.map { "  \($0)\n" + fitting("     \($1)\n") }.joined()
        }
        return head
            + commands.map { "  \($0)\(String(repeating: " ", count: width - $0.count))  \($1)\n" }.joined()
    }
}
