import Foundation
import Glibc
import Synchronization
import TrawlTestSupport

/// A command under way. What it writes goes to files, so that no pipe ever fills.
final class Running: Sendable {
    private let process: Mutex<Process>
    private let ending: Task<Int32?, Never>
    private let outputFile: URL
    private let errorFile: URL

    var pid: Int32 { process.withLock { $0.processIdentifier } }

    /// - Parameter environment: what to add to `PATH`, the folder for `HOME`, and `TRAWL`, the program.
    init(
        _ program: String, _ arguments: [String], in bench: Workbench, environment: [String: String],
        input: String
    ) throws {
        let id = UUID().uuidString
        outputFile = bench.folder.appending(path: ".\(id).out")
        errorFile = bench.folder.appending(path: ".\(id).err")
        let inputFile = bench.folder.appending(path: ".\(id).in")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        try Data(input.utf8).write(to: inputFile)

        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = bench.folder
        process.environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": bench.folder.path,
            "TRAWL": Workbench.program,
        ].merging(environment) { $1 }
        let handles = [
            try FileHandle(forReadingFrom: inputFile), try FileHandle(forWritingTo: outputFile),
            try FileHandle(forWritingTo: errorFile),
        ]
        process.standardInput = handles[0]
        process.standardOutput = handles[1]
        process.standardError = handles[2]
        let (codes, continuation) = AsyncStream<Int32?>.makeStream()
        process.terminationHandler = { process in
            continuation.yield(process.terminationReason == .exit ? process.terminationStatus : nil)
            continuation.finish()
        }
        try process.run()
        // The child has its own. Foundation waits for children by select(2), which knows no descriptor from 1,024 on.
        for handle in handles { try handle.close() }
        self.process = Mutex(process)
        ending = Task { await codes.first { _ in true } ?? nil }
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    func outputSoFar() throws -> String {
        String(decoding: try Data(contentsOf: outputFile), as: UTF8.self)
    }

    func errorsSoFar() throws -> String {
        String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
    }

    /// What it came to, once it has ended. A test whose time is over ends it.
    func finished() async throws -> Finished {
        let code = await withTaskCancellationHandler {
            await ending.value
        } onCancel: {
            signal(SIGKILL)
        }
        return Finished(
            code: code, output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
    }
}

extension Running {
    /// Waits until it has said something on stderr, or has ended.
    func says(_ words: String) async throws {
        try await eventually("\(words), on stderr") {
            try errorsSoFar().contains(words) || kill(pid, 0) != 0
        }
    }

    /// Waits until it waits for a lock of the database: SQLite sleeps between its tries, and nothing else in the program does.
    func waitsForLock() async throws {
        let tasks = URL(filePath: "/proc/\(pid)/task")
        try await eventually("a thread that sleeps") {
            let threads = try FileManager.default.contentsOfDirectory(atPath: tasks.path)
            return threads.contains { thread in
                let file = tasks.appending(path: "\(thread)/syscall")
                let call = try? String(contentsOf: file, encoding: .utf8).split(separator: " ").first
                return call.map { Running.sleeps.contains(String($0)) } ?? false
            }
        }
    }

    /// The numbers of nanosleep(2) and clock_nanosleep(2).
    #if arch(x86_64)
        private static let sleeps = ["35", "230"]
    #else
        private static let sleeps = ["101", "115"]
    #endif
}
