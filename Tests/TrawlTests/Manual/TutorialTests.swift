import Foundation
import Testing
import TrawlTestSupport

/// The tutorial does what it says: its files are written, its commands are run one after the other, and what they print is compared.
@Suite(.serialized, .timeLimit(.minutes(15))) struct TutorialTests {
    /// A command, and what it prints.
    private struct Step {
        let command: String
        var output: [Substring] = []
    }

    /// What the reader does: writes a file, or types commands.
    private enum Part {
        case file(name: String, text: String)
        case steps([Step])
    }

    @Test func `every command of the tutorial prints what stands there`() async throws {
        let bench = try Workbench()
        let port = "\(try freePort())"
        let demo = try bench.start("demo", "--port", port)
        defer { kill(demo.pid, SIGTERM) }
        try await eventually("the demo listens") { try demo.outputSoFar().contains("until you press Ctrl-C") }
        let folder = URL(filePath: Workbench.program).deletingLastPathComponent().path
        let parts = try Self.parts(of: Manual("docs/tutorial.md"))

        #expect(parts.count > 10)
        for part in parts {
            switch part {
            case .file(let name, let text):
                try bench.write(text.replacing("8137", with: port), to: name)
            case .steps(let steps):
                for step in steps {
                    let command = step.command.replacing("8137", with: port)
                    let printed = try await bench.shell(
                        "exec 2>&1; \(command)",
                        environment: ["PATH": "\(folder):/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"])
                    let lines = printed.output.replacing(port, with: "8137").split(separator: "\n")

                    #expect(Self.plain(lines) == Self.plain(step.output), "\(step.command)")
                }
            }
        }
    }

    private static func parts(of page: Manual) -> [Part] {
        var parts: [Part] = []
        var block: (language: Substring, lines: [Substring])?
        for line in page.lines {
            if let open = block {
                guard line == "```" else {
                    block?.lines.append(line)
                    continue
                }
                block = nil
                if open.language == "yaml" {
                    // The first line is the file's name, as a comment.
                    parts.append(
                        .file(
                            name: String(open.lines[0].dropFirst(2)), text: open.lines.joined(separator: "\n")
                        ))
                } else {
                    parts.append(.steps(steps(open.lines)))
                }
            } else if line.hasPrefix("```") {
                block = (line.dropFirst(3), [])
            }
        }
        return parts
    }

    private static func steps(_ lines: [Substring]) -> [Step] {
        var steps: [Step] = []
        for line in lines {
            if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if !steps.isEmpty {
                steps[steps.count - 1].output.append(line)
            }
        }
        return steps
    }

    /// The lines without what differs from run to run: times, rates, instants, the width of columns.
    private static func plain(_ lines: [Substring]) -> [String] {
        lines.filter { line in
            !["  speed-up", "  slowest", "  requests"].contains { line.hasPrefix($0) }
        }.map { line in
            line.replacing(/[0-9.]+ m?s\b/, with: "TIME")
                .replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/, with: "INSTANT")
                .replacing(/[ ]+/, with: " ").replacing(/─+/, with: "─")
                .trimmingCharacters(in: .whitespaces)
        }
    }
}
