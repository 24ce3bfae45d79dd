internal import ArgumentParser

/// Flags of `trawl fetch` for what requests send and what is taken from replies. They have curl's names where curl has the option.
struct RequestOptions: ParsableArguments {
    @OptionGroup var pace: PaceOptions

    @Option(
        name: [.customShort("A"), .long], help: ArgumentHelp("The User-Agent to send.", valueName: "text")
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
            "Whether to obey robots.txt: obey or ignore. For URLs that are given by hand the default is ignore.",
            valueName: "policy"))
    var robots = "ignore"

    @Option(
        help: ArgumentHelp(
            "A value to take from each page into `extracted`: 'h1=css:h1', 'next=css:a.next::attr(href)', 'id=json:$.data.id'. Kinds are css, xpath, regex, json, jsonld and header. 'li[]=css:li' takes all matches. Repeatable.",
            valueName: "name=kind:expression"))
    var extract: [ExtractionArgument] = []

    @Flag(
        help: "Read pages to their end for canonical URL, language, description, robots and number of links.")
    var metadata = false

    @Flag(name: [.customShort("k"), .long], help: "Accept any TLS certificate.")
    var insecure = false

    func validate() throws {
        for field in header where !field.utf8.contains(UInt8(ascii: ":")) {
            throw ValidationError("--header takes `name: value`; \(field) has no colon")
        }
    }
}

extension RequestOptions {
    /// The flags that were given, each with its key in a job file.
    var settings: [CommandLineJob.Setting] {
        var settings = pace.settings
        func add(_ flag: String, _ section: String?, _ key: String, _ value: CommandLineJob.Value?) {
            if let value { settings.append(.init(flag: flag, section: section, key: key, value: value)) }
        }
        add("--header", "request", "headers", header.isEmpty ? nil : .fields(header))
        add("--user-agent", "request", "user_agent", userAgent.map { .text($0) })
        add("--robots", nil, "robots", .text(robots))
        add("--proxy", "request", "proxy", proxy.map { .text($0) })
        add("--extract", nil, "extract", extract.isEmpty ? nil : .extraction(extract))
        add("--metadata", nil, "metadata", metadata ? .flag(true) : nil)
        add("--insecure", "request", "insecure", insecure ? .flag(true) : nil)
        return settings
    }
}
