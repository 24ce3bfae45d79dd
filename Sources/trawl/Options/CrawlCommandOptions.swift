internal import ArgumentParser
internal import CrawlEngine
internal import CrawlFetch
internal import Foundation
internal import JobFile

/// How crawls run on this machine, whichever job they are of.
struct CrawlCommandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Crawl loops, a thread each.", discussion: "Default: the number of cores, 4 at most.",
            valueName: "n"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "How long requests under way may go on after the first SIGINT, SIGTERM or SIGHUP; a second SIGINT or SIGTERM ends them at once.",
            valueName: "duration"))
    var drain = DurationArgument(.seconds(10))

    @Option(
        help: ArgumentHelp(
            "Write what is sent and received to WARC files in this folder, without the values of secret header fields.",
            valueName: "folder"),
        completion: .directory)
    var warc: String?

    @OptionGroup var connections: ConnectionOptions

    func validate() throws {
        if warc == "" { throw ValidationError("--warc takes the path of a folder") }
        if let threads, !(1...64).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 64")
        }
    }

    var options: CrawlOptions { options(folder: nil) }

    /// - Parameter folder: stands for a host; nil for none.
    func options(folder: FolderSite?) -> CrawlOptions {
        var options = CrawlOptions(
            threads: threads ?? min(ProcessInfo.processInfo.activeProcessorCount, 4),
            userAgent: Product.userAgent)
        options.drain = drain.duration
        options.archiveFolder = warc
        options.network = connections.network
        options.folder = folder
        options.openFiles = OpenFileLimit.raise()
        return options
    }
}

/// A duration as job files write it: `10s`, `500ms`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = try? Duration(jobFileText: argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
