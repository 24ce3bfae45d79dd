internal import ArgumentParser
internal import TrawlStore
internal import Foundation
internal import Glibc
internal import TrawlDatabase

/// Where the database is.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The database: a file, or the URL of a PostgreSQL database. Commands that run or add jobs create it.",
            discussion: "Default: $TRAWL_DB, else ./trawl.db.",
            valueName: "path"))
    var path: String?

    /// The database: of the flag, else of `$TRAWL_DB`, else the default.
    var name: DatabaseName {
        if let path { return DatabaseName(path) }
        let named = ProcessInfo.processInfo.environment["TRAWL_DB"] ?? ""
        return DatabaseName(named.isEmpty ? "trawl.db" : named)
    }

    /// The path of the file, or the URL without its password.
    var file: String { name.description }

    /// Whether there is a file with something in it. Of a database on a server that is found out as it is opened.
    var isThere: Bool {
        guard let file = name.file else { return true }
        var info = stat()
        return stat(file, &info) == 0 && info.st_size > 0
    }

    func validate() throws {
        if path == "" { throw ValidationError("--db takes the path of a file") }
    }

    func open(_ access: DatabaseAccess) throws -> any CrawlDatabase {
        do throws(StoreError) {
            return try name.open(access)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Opens a database that may not be there yet; nil where it is not.
    func openIfThere(_ access: DatabaseAccess = .readOnly) throws -> (any CrawlDatabase)? {
        do throws(StoreError) {
            return try name.openIfThere(access)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// A command that reads some rows of a view, for people.
    func query(_ columns: String, from view: String, where condition: String) -> String {
        name.schema.map { #"psql -c "SELECT \#(columns) FROM \#($0).\#(view) WHERE \#(condition)""# }
            ?? #"sqlite3 \#(file) "SELECT \#(columns) FROM \#(view) WHERE \#(condition)""#
    }
}

/// A command that has the flags of ``OutputOptions``.
protocol OutputCommand: SendableMetatype {
    var output: OutputOptions { get }
}

/// How much a command writes to stderr, and in which form.
struct OutputOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    @Option(help: ArgumentHelp("How log lines on stderr look: text or json.", valueName: "format"))
    var logFormat = LogFormat.text

    @Option(
        help: ArgumentHelp(
            "Whether to use colour: auto (on a terminal, unless NO_COLOR is set or TERM is dumb), always or never.",
            valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        guard !(quiet && verbose) else { throw ValidationError("-q and -v exclude each other") }
    }

    /// Whether output on a descriptor is coloured.
    func usesColor(on descriptor: Int32) -> Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto:
            // <https://no-color.org>: it counts if it is set and not empty.
            (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
                && Terminal.takesEscapes(descriptor)
        }
    }
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
}

enum RowFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case ndjson
    case csv
    case json
}
