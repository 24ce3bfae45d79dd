internal import ArgumentParser

/// How requests are made, where no job file says it: curl's names where curl has the option.
struct RequestOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Requests at once, to all hosts together.", valueName: "n"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("Requests at once to one host.", valueName: "n"))
    var perHost: Int?

    @Option(help: ArgumentHelp("The least time between two starts to one host.", valueName: "duration"))
    var delay: String?

    @Option(help: ArgumentHelp("The longest a connection may take to stand.", valueName: "duration"))
    var connectTimeout: String?

    @Option(help: ArgumentHelp("The longest a server may send nothing.", valueName: "duration"))
    var readTimeout: String?

    @Option(
        name: [.customShort("m"), .customLong("max-time")],
        help: ArgumentHelp("The longest a request may take.", valueName: "duration"))
    var maxTime: String?

    @Option(help: ArgumentHelp("How often a failed request is tried again.", valueName: "n"))
    var retry: Int?

    @Option(
        help: ArgumentHelp(
            "The wait before the first of them; it doubles from then on.", valueName: "duration"))
    var retryDelay: String?

    @Option(help: ArgumentHelp("Redirects that are followed at most.", valueName: "n"))
    var maxRedirs: Int?

    @Option(help: ArgumentHelp("The most bytes of a body.", valueName: "size"))
    var maxFilesize: String?

    @Option(
        name: [.customShort("A"), .long], help: ArgumentHelp("What is sent as User-Agent.", valueName: "text")
    )
    var userAgent: String?

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("A header field to send; repeatable.", valueName: "name: value"))
    var header: [String] = []

    @Option(
        name: [.customShort("x"), .long], help: ArgumentHelp("A proxy, as curl writes it.", valueName: "url"))
    var proxy: String?

    @Option(
        help: ArgumentHelp(
            "Whether robots.txt is obeyed: ignore, as URLs given by hand are one's own choice, or obey.",
            valueName: "policy"))
    var robots = "ignore"

    @Option(
        help: ArgumentHelp(
            "Take this from each page into `extracted`: 'h1=xpath://h1', 'price=regex:£([0-9.]+)', 'id=json:$.data.id'; repeatable. 'li[]=xpath://li' takes all that match.",
            valueName: "name=kind:expression"))
    var extract: [ExtractionArgument] = []

    @Flag(
        help: "Read pages to their end for canonical URL, language, description, robots and count of links.")
    var metadata = false

    @Flag(name: [.customShort("k"), .long], help: "Accept any TLS certificate.")
    var insecure = false

    func validate() throws {
        if let retry, !(0..<100).contains(retry) {
            throw ValidationError("--retry takes a number from 0 to 99")
        }
        for field in header where !field.utf8.contains(UInt8(ascii: ":")) {
            throw ValidationError("--header takes `name: value`; \(field) has no colon")
        }
    }
}

extension RequestOptions {
    /// What was given, by the key that it has in a job file.
    var settings: [CommandLineJob.Setting] {
        var settings: [CommandLineJob.Setting] = []
        func add(_ flag: String, _ section: String?, _ key: String, _ value: CommandLineJob.Value?) {
            if let value { settings.append(.init(flag: flag, section: section, key: key, value: value)) }
        }
        add("--concurrency", "concurrency", "total", concurrency.map { .number($0) })
        add("--per-host", "concurrency", "per_host", perHost.map { .number($0) })
        add("--delay", nil, "delay", delay.map(seconds))
        add("--connect-timeout", "timeouts", "connect", connectTimeout.map(seconds))
        add("--read-timeout", "timeouts", "read", readTimeout.map(seconds))
        add("--max-time", "timeouts", "total", maxTime.map(seconds))
        add("--retry", "retry", "attempts", retry.map { .number($0 + 1) })
        add("--retry-delay", "retry", "delay", retryDelay.map(seconds))
        add("--max-redirs", "limits", "redirects", maxRedirs.map { .number($0) })
        add("--max-filesize", "limits", "body", maxFilesize.map { .text($0) })
        add("--header", "request", "headers", header.isEmpty ? nil : .fields(header))
        add("--user-agent", "request", "user_agent", userAgent.map { .text($0) })
        add("--robots", nil, "robots", .text(robots))
        add("--proxy", "request", "proxy", proxy.map { .text($0) })
        add("--extract", nil, "extract", extract.isEmpty ? nil : .extraction(extract))
        add("--metadata", nil, "metadata", metadata ? .flag(true) : nil)
        add("--insecure", "request", "insecure", insecure ? .flag(true) : nil)
        return settings
    }

    /// A duration; a bare number is seconds, as with curl.
    private func seconds(_ text: String) -> CommandLineJob.Value {
        .text(text.allSatisfy { $0.isNumber || $0 == "." } ? text + "s" : text)
    }
}
