internal import ArgumentParser

/// Flags of `trawl run` and `trawl add` for a site without a job file.
struct SiteOptions: ParsableArguments {
    @OptionGroup var follow: FollowOptions

    @Option(
        help: ArgumentHelp(
            "The least time between two starts to one host; 1s..3s is a random one.", valueName: "duration"))
    var delay: String?

    /// The flags that were given, each with its key in a job file.
    var settings: [CommandLineJob.Setting] {
        follow.settings
            + (delay.map {
                [.init(flag: "--delay", section: nil, key: "delay", value: PaceOptions.seconds($0))]
            } ?? [])
    }
}

/// Flags for which links of a site are followed. They have the names of the keys of `follow`.
struct FollowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Follow links to pages of the same host, site or prefix, or any.", valueName: "scope"))
    var follow: String?

    @Option(help: ArgumentHelp("How many links a page may be away from the URLs given.", valueName: "n"))
    var depth: Int?

    @Option(
        help: ArgumentHelp(
            "Follow only links whose URL matches this regular expression (RE2); repeatable.", valueName: "re")
    )
    var include: [String] = []

    @Option(
        help: ArgumentHelp(
            "Follow no links whose URL matches this regular expression (RE2); repeatable.", valueName: "re"))
    var exclude: [String] = []

    @Option(help: ArgumentHelp("Whether to obey nofollow: obey or ignore.", valueName: "policy"))
    var nofollow: String?

    @Option(
        help: ArgumentHelp(
            "The kinds of links that are followed, with commas between them: a,area,frame.",
            valueName: "kinds"))
    var links: String?

    @Flag(help: "Read the sitemaps that robots.txt names.")
    var sitemaps = false
}

extension FollowOptions {
    /// The flags that were given, each with its key in a job file.
    var settings: [CommandLineJob.Setting] {
        var settings: [CommandLineJob.Setting] = []
        func add(_ flag: String, _ key: String, _ value: CommandLineJob.Value?) {
            if let value { settings.append(.init(flag: flag, section: "follow", key: key, value: value)) }
        }
        add("--follow", "scope", follow.map { .text($0) })
        add("--depth", "depth", depth.map { .number($0) })
        add("--include", "include", include.isEmpty ? nil : .list(include))
        add("--exclude", "exclude", exclude.isEmpty ? nil : .list(exclude))
        add("--nofollow", "nofollow", nofollow.map { .text($0) })
        add("--links", "links", links.map { .list($0.split(separator: ",").map(String.init)) })
        add("--sitemaps", "sitemaps", sitemaps ? .flag(true) : nil)
        return settings
    }
}
