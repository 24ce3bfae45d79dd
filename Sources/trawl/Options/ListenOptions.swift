internal import ArgumentParser

/// Where a command serves its live page, and to whom.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve a live page, /metrics and /healthz here. A port alone is on 127.0.0.1, which only this machine reaches; 0.0.0.0:9464 is for others too, who need a token.",
            valueName: "[address:]port"))
    var listen: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "A file with the token that readers need.",
            discussion:
                "Default: none on this machine's own addresses; elsewhere one that is made up and printed.",
            valueName: "file"),
        completion: .file())
    var listenToken: String?

    @Option(
        name: .customLong("allow-host"),
        help: ArgumentHelp(
            "A name that the live page is called by, beside addresses and localhost; repeatable.",
            valueName: "name"))
    var names: [String] = []

    func validate() throws {
        if listen == nil, listenToken != nil || !names.isEmpty {
            throw ValidationError(
                "\(listenToken != nil ? "--listen-token" : "--allow-host") goes with --listen")
        }
        for name in names where name.isEmpty || name.contains(where: { ":/ ".contains($0) }) {
            throw ValidationError(
                "--allow-host takes a name without scheme and port, such as crawler.example.org")
        }
    }
}
