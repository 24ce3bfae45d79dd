internal import ArgumentParser
internal import CrawlCore
internal import Logging

/// A URL, or the name of a host with or without a path, as people type it.
struct AddressArgument {
    /// The URL, which may be a pattern of several.
    let url: String
    /// Whether a scheme was put before it that nobody named.
    private let isGuessed: Bool

    /// - Parameter scheme: what is put before the name of a host; nil for https.
    /// - Returns: nil where the argument is neither a URL nor like the name of a host.
    init?(_ argument: String, _ scheme: DefaultScheme?) {
        let name = argument.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        if name.first?.isLetter == true, argument.dropFirst(name.count).hasPrefix("://") {
            (url, isGuessed) = (argument, false)
        } else if Self.isHost(argument) {
            (url, isGuessed) = ("\((scheme ?? .https).rawValue)://\(argument)", scheme == nil)
        } else {
            return nil
        }
    }

    /// What a job of this URL is called: its host, with the port where that is not the scheme's own.
    ///
    /// - Throws: `CommandFailure` where it is no URL, or none that can be asked for.
    func jobName() throws -> String {
        let parsed: WebURL
        do throws(WebURL.ParseFailure) {
            parsed = try WebURL(parsing: url)
        } catch {
            throw CommandFailure(.usage, "\(url): not a URL: \(error.description)")
        }
        guard parsed.isHTTP else {
            throw CommandFailure(.usage, "\(url): \(parsed.scheme) is not supported; write http or https")
        }
        return String(parsed.hostKey.dropFirst(parsed.scheme.utf8.count + 3))
    }

    /// Endings of files of which none is a top-level domain: a file that is not there is not asked for as a host.
    private static let fileEndings: Set<String> = [
        "txt", "csv", "tsv", "jsonl", "ndjson", "json", "yaml", "yml", "xml", "html", "htm", "list", "lst",
        "log",
        "urls", "gz", "bz2", "xz", "db", "sqlite", "toml", "conf", "cfg", "ini",
    ]

    private static func isHost(_ argument: String) -> Bool {
        let authority = argument.prefix { !"/?#".contains($0) }
        var name = authority
        var hasPort = false
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let port = authority[authority.index(after: colon)...]
            guard (1...5).contains(port.utf8.count), port.allSatisfy(\.isWholeNumber) else { return false }
            (name, hasPort) = (authority[..<colon], true)
        }
        if name.hasPrefix("["), name.hasSuffix("]") { return true }
        guard name.first?.isLetter == true || name.first?.isNumber == true,
            name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
        else { return false }
        if hasPort || name == "localhost" { return true }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let last = labels.last, !last.isEmpty else { return false }
        if last.allSatisfy(\.isNumber) { return labels.count == 4 }
        return authority.count < argument.count || !isFileName(argument)
    }

    /// Whether a name ends as those of files do, and no host's does.
    static func isFileName(_ name: String) -> Bool {
        name.lastIndex(of: ".").map { fileEndings.contains(name[name.index(after: $0)...].lowercased()) }
            == true
    }
}

/// What is put before the name of a host that is given without a scheme.
enum DefaultScheme: String, ExpressibleByArgument, CaseIterable {
    case http
    case https
}

extension [String] {
    /// The URLs with a scheme where one lacks; what is not like a URL stays as it is.
    func completed(with scheme: DefaultScheme?, _ logger: Logger) -> [String] {
        map { argument in
            guard let address = AddressArgument(argument, scheme) else { return argument }
            address.announce(logger)
            return address.url
        }
    }
}

extension AddressArgument {
    /// Says so where a scheme was put before the address that nobody named.
    func announce(_ logger: Logger) {
        guard isGuessed else { return }
        logger.notice("no scheme is given, so this is \(url); for http: --default-scheme http")
    }
}
