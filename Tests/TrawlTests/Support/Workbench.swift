import Foundation
import GRDB
import Glibc
import Testing
import TrawlTestSupport

/// A folder of a test's own, with the program run in it as a user would from a shell.
final class Workbench: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "trawl-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The program that was built with these tests, which lies beside them; or the one that `TRAWL_PROGRAM` names, such as a package's.
    static let program: String = {
        if let named = ProcessInfo.processInfo.environment["TRAWL_PROGRAM"] { return named }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "trawl").path
    }()

    // MARK: Files

    func path(_ name: String) -> String { folder.appending(path: name).path }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
        return name
    }

    func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// A job file with these URLs and whatever else it is to say.
    @discardableResult
    func job(_ name: String, urls: [String], _ more: String = "") throws -> String {
        let list = urls.map { "  - \"\($0)\"\n" }.joined()
        let robots = more.contains("robots:") ? "" : "robots: ignore\n"
        return try write("urls:\n\(list)retry: {delay: 1ms}\n\(robots)\(more)\n", to: "\(name).yaml")
    }

    // MARK: Commands

    /// Runs the program to its end.
    func trawl(_ arguments: String..., environment: [String: String] = [:], input: String = "") async throws
        -> Finished
    {
        try await start(arguments, environment: environment, input: input).finished()
    }

    /// Starts the program.
    func start(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws
        -> Running
    {
        try start(arguments, environment: environment, input: input)
    }

    /// What a program finds SIGHUP to do as it begins.
    enum HangUps: String {
        case heard = "--default-signal=HUP"
        /// As nohup(1) leaves it.
        case ignored = "--ignore-signal=HUP"
    }

    /// Starts the program with SIGHUP as it says, whatever these tests were begun with.
    func start(hangUps: HangUps, _ arguments: String...) throws -> Running {
        try start(hangUps: hangUps, arguments)
    }

    func start(hangUps: HangUps, _ arguments: [String]) throws -> Running {
        try Running(
            "/usr/bin/env", [hangUps.rawValue, Workbench.program] + arguments, in: self, environment: [:],
            input: "")
    }

    /// Runs a shell's command line to its end; `$TRAWL` in it is the program.
    func shell(_ command: String, environment: [String: String] = [:]) async throws -> Finished {
        try await startShell(command, environment: environment).finished()
    }

    /// Starts a shell's command line.
    func startShell(_ command: String, environment: [String: String] = [:]) throws -> Running {
        try Running("/bin/bash", ["-c", command], in: self, environment: environment, input: "")
    }

    private func start(_ arguments: [String], environment: [String: String], input: String) throws -> Running
    {
        try Running(Workbench.program, arguments, in: self, environment: environment, input: input)
    }

    // MARK: The database

    /// The first value of a query, asked by another connection as a user would.
    func value<Value: DatabaseValueConvertible>(
        _ sql: String, in file: String = "trawl.db", as: Value.Type = Value.self
    ) throws -> Value? {
        try database(file).read { try Value.fetchOne($0, sql: sql) }
    }

    /// Waits for another process to have made a query's first value true.
    ///
    /// What the database cannot answer yet, as a table is not there or it is locked, is not true yet. A file that is not there, or
    /// is empty, is left alone: a connection to it could be in the way of the program that makes it.
    ///
    /// - Parameter running: the process that is to make it true; if it has ended, the wait is over.
    func until(_ sql: String, by running: Running? = nil) async throws {
        try await eventually(sql) {
            if let running, kill(running.pid, 0) != 0 { throw EndedEarly(errors: try running.errorsSoFar()) }
            let size = try? FileManager.default.attributesOfItem(atPath: path("trawl.db"))[.size] as? Int
            return size ?? 0 > 0 && (try? value(sql, as: Bool.self)) == true
        }
    }

    func values<Value: DatabaseValueConvertible>(
        _ sql: String, in file: String = "trawl.db", as: Value.Type = Value.self
    ) throws -> [Value] {
        try database(file).read { try Value.fetchAll($0, sql: sql) }
    }

    func execute(_ sql: String, in file: String = "trawl.db") throws {
        try database(file).write { try $0.execute(sql: sql) }
    }

    func database(_ file: String = "trawl.db") throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        // A lock may be held from one access to another, while the program is looked at.
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path(file), configuration: configuration)
    }
}

/// A process that was to go on, and ended.
struct EndedEarly: Error {
    let errors: String
}

/// What a command came to.
struct Finished {
    /// The exit code; nil where a signal ended it.
    let code: Int32?
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Each line of the output as a JSON object.
    func objects() throws -> [[String: Any]] { try lines.map(Finished.object) }

    static func object(_ line: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
}
