internal import ArgumentParser

/// Flags of `trawl check` for what is checked. They stand for keys of job files.
struct CheckOptions: ParsableArguments {
    @Flag(help: "Do not check images, scripts, stylesheets and whatever else pages are made of.")
    var noAssets = false

    @Flag(help: "Do not check what lies elsewhere: other sites, and pages that are too deep.")
    var noExternal = false

    @Flag(help: "Do not check whether the places are there that fragments name.")
    var noFragments = false

    @Flag(help: "Also check the images that pages have for previews: og:image and twitter:image.")
    var socialImages = false

    @Option(
        help: ArgumentHelp(
            "How long a URL elsewhere that was fine is trusted before it is asked for again; 0 asks each time.",
            discussion: "Default: 7d.", valueName: "duration"))
    var recheck: String?

    @Option(
        help: ArgumentHelp(
            "The statuses that are fine, with commas between them: 200-299,403.",
            discussion: "Default: 200-299,304.",
            valueName: "status,…"))
    var accept: String?

    @Option(
        help: ArgumentHelp(
            "A host at a private address that links may lead to, beside those of the URLs given; repeatable.",
            valueName: "host"))
    var allowPrivate: [String] = []

    @Option(
        help: ArgumentHelp("Stop after so many pages, those that are only checked included.", valueName: "n"))
    var maxPages: Int?

    @Option(help: ArgumentHelp("Stop after so long.", valueName: "duration"))
    var maxDuration: String?
}

extension CheckOptions {
    /// The flags, each with its key in a job file; those of `check` always.
    var settings: [CommandLineJob.Setting] {
        var settings: [CommandLineJob.Setting] = []
        func add(_ flag: String, _ section: String?, _ key: String, _ value: CommandLineJob.Value?) {
            if let value { settings.append(.init(flag: flag, section: section, key: key, value: value)) }
        }
        add("--no-assets", "check", "assets", .flag(!noAssets))
        add("--no-external", "check", "external", .flag(!noExternal))
        add("--no-fragments", "check", "fragments", .flag(!noFragments))
        if socialImages { add("--social-images", "check", "social_images", .flag(true)) }
        add("--recheck", "check", "recheck", recheck.map { .text($0) })
        add("--accept", nil, "accept", accept.map { .list($0.split(separator: ",").map(String.init)) })
        add("--allow-private", nil, "allow_private", allowPrivate.isEmpty ? nil : .list(allowPrivate))
        add("--max-pages", "limits", "pages", maxPages.map { .number($0) })
        add("--max-duration", "limits", "time", maxDuration.map { .text($0) })
        return settings
    }
}
