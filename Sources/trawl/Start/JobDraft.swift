internal import CrawlCore
internal import Foundation
internal import JobFile

/// A job file in the making: what the questions of `trawl init` come to.
struct JobDraft {
    /// What is fetched first.
    enum Source: Equatable {
        case url(String)
        /// The path of a list of URLs.
        case list(String)
    }

    /// Which links are followed.
    enum Reach: CaseIterable {
        case none, folder, host
    }

    /// How often a host is asked.
    enum Pace: CaseIterable {
        case gentle, usual, own
    }

    var source: Source
    var reach: Reach
    var pace: Pace

    /// What the source of an answer is; a `CommandFailure` says what is wrong with it.
    static func source(of answer: String) throws -> Source {
        if RunArguments.isFile(answer) {
            switch URLListProbe.kind(ofFile: answer) {
            case .list: return .list(answer)
            case .jobFile:
                throw CommandFailure(.usage, "\(answer) is a job file already: trawl run \(answer)")
            case .neither(let line, _):
                throw CommandFailure(.usage, "\(answer):\(line) is no URL; a list has one URL a line")
            }
        }
        guard let address = AddressArgument(answer, nil) else {
            throw CommandFailure(
                .usage, "\(answer) is neither a URL, as https://example.org/, nor a file that is there")
        }
        _ = try address.jobName()
        return .url(address.url)
    }

    /// The job's name: that of the host or of the list.
    var name: String {
        switch source {
        case .url(let url): (try? AddressArgument(url, nil)?.jobName()) ?? "job"
        case .list(let path): JobSource.file(path).name
        }
    }

    /// The job file, with what its settings mean beside them.
    var text: String {
        var lines = [
            "# Made by trawl init. Every key there is: docs/job-file.md. What it comes to: trawl run --dry-run FILE"
        ]
        lines.append("name: \(quoted(name))")
        switch source {
        case .url(let url): lines += ["urls:", "  - \(quoted(url))"]
        case .list(let path):
            lines.append("urls_from: \(quoted(path))          # one URL a line")
        }
        lines += [""] + reachLines + [""] + paceLines + ["", "# Say who crawls, and where to complain:"]
        lines.append("#request: {user_agent: \"\(Self.agent)\"}")
        lines += ["", "# Take values from the pages (docs/extracting.md):", "#extract:", "#  h1: {css: h1}"]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let agent = "my-crawler/1.0 (+https://example.org/crawler; me@example.org)"

    private var reachLines: [String] {
        switch reach {
        case .none:
            ["# No links are followed.", "#follow: {scope: host, depth: 3}"]
        case .folder:
            follow("prefix", "the folders of the URLs; host: their hosts; site: their domains")
        case .host:
            follow("host", "the hosts of the URLs; prefix: their folders; site: their domains")
        }
    }

    private func follow(_ scope: String, _ comment: String) -> [String] {
        [
            "follow:",
            "  scope: \(scope)".padding(toLength: 21, withPad: " ", startingAt: 0) + "# \(comment)",
            "  #depth: 3          # links away from the URLs; any number without it",
            "  #exclude: [\"[.]pdf$\"]", "limits:",
            "  pages: 1000        # stops there, and the same command goes on; 0 is no limit",
        ]
    }

    private var paceLines: [String] {
        let (each, delay): (Int, String) =
            switch pace {
            case .gentle: (1, "2s")
            case .usual: (2, "500ms")
            case .own: (8, "0s")
            }
        return [
            "concurrency:",
            "  per_host: \(each)".padding(toLength: 21, withPad: " ", startingAt: 0)
                + "# requests at once to one host",
            "delay: \(delay)".padding(toLength: 21, withPad: " ", startingAt: 0)
                + "# least time between two starts to one host",
            "robots: obey         # robots.txt; ignore: for a site of your own",
        ]
    }

    /// A text in double quotes, as YAML and JSON have it.
    private func quoted(_ text: String) -> String { "\"" + JSONText.escaped(text) + "\"" }
}
