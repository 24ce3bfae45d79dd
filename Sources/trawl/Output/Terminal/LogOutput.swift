internal import CrawlFetch
internal import Logging

/// Writes log lines to stderr, as text or as JSON with the members `time`, `level` and `message`. The daemon's lines also have `event`
/// and its values.
struct LogOutput: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let format: LogFormat
    private let palette: Palette

    init(_ output: OutputOptions) {
        logLevel = output.quiet ? .error : output.verbose ? .debug : .notice
        format = output.logFormat
        palette = Palette(isOn: output.usesColor(on: 2))
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let message = "\(event.message)"
        switch format {
        case .json:
            var line = JSONLine()
            line.add("time", Wording.instant(milliseconds: FetchEnvironment.system.wallClock()))
            line.add("level", event.level.rawValue)
            line.add("message", message)
            for (key, value) in (event.metadata ?? [:]).sorted(by: { $0.key < $1.key }) {
                if case .stringConvertible(let number) = value, let number = number as? Int64 {
                    line.add(key, number)
                } else {
                    line.add(key, "\(value)")
                }
            }
            Terminal.writeError(Terminal.escaped(line.line) + "\n")
        case .text:
            let mark = event.level >= .warning ? palette.yellow("\(event.level.rawValue): ") : ""
            // Lines that are drawn again and again are drawn below it the next time.
            let clearing = Terminal.takesEscapes(2) ? LiveBlock.clearing : ""
            Terminal.writeError("\(clearing)trawl: \(mark)\(Terminal.sanitized(message))\n")
        }
    }
}

extension Logger {
    /// The program's logger, at the level that the command line asks for.
    init(_ output: OutputOptions) {
        self.init(label: "trawl") { _ in LogOutput(output) }
    }
}
