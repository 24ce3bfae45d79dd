internal import ArgumentParser
internal import Glibc

/// `trawl demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Serve a small site on this machine to try trawl on.",
        discussion: """
            A shop of some 25 pages, with a list, a broken link, a slow page, an API, robots.txt and a sitemap, so that \
            nobody else is bothered. Only this machine can reach it. Each request is printed. Ctrl-C ends it.
            """)

    @Option(help: ArgumentHelp("The port at 127.0.0.1.", valueName: "port"))
    var port: UInt16 = 8137

    @Flag(name: .shortAndLong, help: "Print no requests.")
    var quiet = false

    func validate() throws {
        if port == 0 { throw ValidationError("--port takes a number from 1 to 65535") }
    }

    func run() async throws {
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(ExitStatus.success.rawValue) } }
        let quiet = quiet
        let server = try DemoServer(port: port) { line in
            if !quiet { Terminal.writeError("\(Terminal.sanitized(line))\n") }
        }
        Terminal.write(Self.greeting(server.origin), to: STDOUT_FILENO)
        server.start()
        // A signal ends the process.
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
    }

    static func greeting(_ origin: String) -> String {
        """
        A small shop is at \(origin)/ until you press Ctrl-C. In another terminal:

          trawl run --name shop --follow host \(origin)/
          trawl results shop --failed
          trawl check --name links \(origin)/
          trawl fetch '\(origin)/api/beans?page=[1-3]'
          curl -s \(origin)/urls.txt | trawl fetch -i -


        """
    }
}
