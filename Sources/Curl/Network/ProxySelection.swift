internal import CrawlCore
internal import Glibc

/// Chooses the proxy for a URL by curl's rules: the job's, or else one of the environment's.
///
/// curl could choose by itself, but then nobody would know which connections go to a proxy, and curl would read six
/// variables a request.
struct ProxySelection: Sendable {
    private let http: String?
    private let https: String?
    private let exceptions: [String]

    /// - Parameters:
    ///   - proxy: the job's, in curl's notation; empty for none, nil to go by the environment.
    ///   - environment: returns the value of a variable; nil or empty when it is not set.
    init(_ proxy: String?, environment: (String) -> String?) {
        func first(_ names: [String]) -> String? {
            for name in names {
                if let value = environment(name), !value.isEmpty { return value }
            }
            return nil
        }
        if let proxy {
            http = proxy.isEmpty ? nil : proxy
            https = http
        } else {
            // HTTP_PROXY is not read: in a CGI program it is the client's header field `Proxy` (CVE-2016-5388).
            http = first(["http_proxy", "all_proxy", "ALL_PROXY"])
            https = first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
        }
        exceptions = (first(["no_proxy", "NO_PROXY"]) ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
            .map { $0.lowercased() }
    }

    /// Whether no URL is requested through a proxy.
    var isDirect: Bool { http == nil && https == nil }

    /// The proxy for a URL; nil for none.
    func proxy(for url: String) -> String? {
        guard !isDirect, let url = try? WebURL(parsing: url), let host = url.host else { return nil }
        guard let proxy = url.scheme == "https" ? https : http else { return nil }
        return isExcepted(host) ? nil : proxy
    }

    /// Whether `no_proxy` names a host: its name or a domain above it, its address or a network around it, or an asterisk
    /// for all hosts (curl's lib/noproxy.c).
    private func isExcepted(_ host: String) -> Bool {
        guard exceptions != ["*"] else { return true }
        var name = Substring(host)
        if name.hasPrefix("[") { name = name.dropFirst().dropLast() }
        guard Self.octets(name) == nil else {
            return exceptions.contains { Self.isAddress(name, within: $0) }
        }
        if name.hasSuffix(".") { name.removeLast() }
        return exceptions.contains { Self.isName(name, within: $0) }
    }

    private static func isName(_ name: Substring, within pattern: String) -> Bool {
        var pattern = Substring(pattern)
        if pattern.hasSuffix(".") { pattern.removeLast() }
        if pattern.hasPrefix(".") { pattern.removeFirst() }
        guard !pattern.isEmpty, name.hasSuffix(pattern) else { return false }
        return name.count == pattern.count || name.dropLast(pattern.count).hasSuffix(".")
    }

    private static func isAddress(_ address: Substring, within pattern: String) -> Bool {
        let parts = pattern.split(separator: "/", maxSplits: 1)
        guard let octets = octets(address), let first = parts.first, let network = self.octets(first),
            network.count == octets.count
        else { return false }
        guard parts.count == 2 else { return octets == network }
        guard let bits = Int(parts[1]), (0...octets.count * 8).contains(bits) else { return false }
        let whole = bits / 8
        guard octets.prefix(whole) == network.prefix(whole) else { return false }
        let rest = bits % 8
        return rest == 0 || (octets[whole] ^ network[whole]) >> (8 - UInt8(rest)) == 0
    }

    /// The octets of an address; nil for text that is none.
    private static func octets(_ text: Substring) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, String(text), &octets) == 1 { return Array(octets.prefix(4)) }
        return inet_pton(AF_INET6, String(text), &octets) == 1 ? octets : nil
    }

    /// A variable of this process's environment.
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
