internal import ArgumentParser

/// Flags of `trawl fetch` for how fast, how long and how often requests are made. They have curl's names where curl has the option.
struct PaceOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Requests at once, to all hosts together.", valueName: "n"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("Requests at once to one host.", valueName: "n"))
    var perHost: Int?

    @Option(
        help: ArgumentHelp(
            "The least time between two starts to one host; 1s..3s is a random one.", valueName: "duration"))
    var delay: String?

    @Option(help: ArgumentHelp("The longest that connecting may take.", valueName: "duration"))
    var connectTimeout: String?

    @Option(help: ArgumentHelp("The longest that a server may send nothing.", valueName: "duration"))
    var readTimeout: String?

    @Option(
        name: [.customShort("m"), .customLong("max-time")],
        help: ArgumentHelp("The longest a request may take.", valueName: "duration"))
    var maxTime: String?

    @Option(help: ArgumentHelp("How often a failed request is tried again.", valueName: "n"))
    var retry: Int?

    @Option(
        help: ArgumentHelp(
            "The wait before the first retry; it doubles with each.", valueName: "duration"))
    var retryDelay: String?

    @Option(help: ArgumentHelp("The most redirects that are followed.", valueName: "n"))
    var maxRedirs: Int?

    @Option(help: ArgumentHelp("The most bytes of a body.", valueName: "size"))
    var maxFilesize: String?

    func validate() throws {
        if let retry, !(0..<100).contains(retry) {
            throw ValidationError("--retry takes a number from 0 to 99")
        }
    }
}

extension PaceOptions {
    /// The flags that were given, each with its key in a job file.
    var settings: [CommandLineJob.Setting] {
        var settings: [CommandLineJob.Setting] = []
        func add(_ flag: String, _ section: String?, _ key: String, _ value: CommandLineJob.Value?) {
            if let value { settings.append(.init(flag: flag, section: section, key: key, value: value)) }
        }
        add("--concurrency", "concurrency", "total", concurrency.map { .number($0) })
        add("--per-host", "concurrency", "per_host", perHost.map { .number($0) })
        add("--delay", nil, "delay", delay.map(Self.seconds))
        add("--connect-timeout", "timeouts", "connect", connectTimeout.map(Self.seconds))
        add("--read-timeout", "timeouts", "read", readTimeout.map(Self.seconds))
        add("--max-time", "timeouts", "total", maxTime.map(Self.seconds))
        add("--retry", "retry", "attempts", retry.map { .number($0 + 1) })
        add("--retry-delay", "retry", "delay", retryDelay.map(Self.seconds))
        add("--max-redirs", "limits", "redirects", maxRedirs.map { .number($0) })
        add("--max-filesize", "limits", "body", maxFilesize.map { .text($0) })
        return settings
    }

    /// A duration. A number without a unit is seconds, as in curl.
    static func seconds(_ text: String) -> CommandLineJob.Value {
        let bounds = text.split(separator: "..", omittingEmptySubsequences: false).map { bound in
            bound.allSatisfy { $0.isNumber || $0 == "." } && !bound.isEmpty ? "\(bound)s" : String(bound)
        }
        return .text(bounds.joined(separator: ".."))
    }
}
