internal import CrawlCore

/// A cookie that is kept, as a line of curl's cookie list (Netscape's format, `CURLOPT_COOKIELIST(3)`) describes it.
struct StoredCookie {
    private let domain: Substring
    private let includesSubdomains: Bool
    private let path: Substring
    private let isSecure: Bool
    /// When it expires, in unix seconds; 0 for the end of the run.
    private let expires: Int64
    /// `name=value`, as it is sent.
    let pair: String

    init?(_ line: String) {
        let fields = Self.fields(of: line)
        guard fields.count >= 7, let expires = Int64(fields[4]) else { return nil }
        domain = fields[0].drop { $0 == "." }
        includesSubdomains = fields[1] == "TRUE"
        // curl ignores a slash at the end of the path.
        path = fields[2].count > 1 && fields[2].hasSuffix("/") ? fields[2].dropLast() : fields[2]
        isSecure = fields[3] == "TRUE"
        self.expires = expires
        pair = "\(fields[5])=\(fields[6...].joined(separator: "\t"))"
    }

    private static func fields(of line: String) -> [Substring] {
        var line = Substring(line)
        let httpOnly = "#HttpOnly_"
        if line.hasPrefix(httpOnly) { line = line.dropFirst(httpOnly.count) }
        return line.split(separator: "\t", omittingEmptySubsequences: false)
    }

    /// Whether curl takes a line for a cookie. Like curl, this lets an empty value have no field.
    static func isWellFormed(_ line: String) -> Bool {
        let fields = fields(of: line)
        guard (6...7).contains(fields.count), [0, 2, 5].allSatisfy({ !fields[$0].isEmpty }) else {
            return false
        }
        return [fields[1], fields[3]].allSatisfy { ["TRUE", "FALSE"].contains($0.uppercased()) }
            && Int64(fields[4]).map { $0 >= 0 } == true
    }

    /// Whether it goes with a request (RFC 6265, section 5.4, step 1).
    ///
    /// - Parameter now: unix seconds.
    func isSent(to url: WebURL, now: Int64) -> Bool {
        guard let host = url.host, expires == 0 || expires > now else { return false }
        // Like curl, this sends secure cookies over http as well when the host is this machine.
        let isTrusted = url.scheme == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(host)
        return (!isSecure || isTrusted) && matches(host, isAddress: url.hostAddress != nil)
            && matches(path: url.path)
    }

    /// Whether the cookie's domain covers a host (RFC 6265, section 5.1.3).
    private func matches(_ host: String, isAddress: Bool) -> Bool {
        if host.lowercased() == domain.lowercased() { return true }
        return includesSubdomains && !isAddress && host.lowercased().hasSuffix("." + domain.lowercased())
    }

    /// Whether the cookie's path covers a path (RFC 6265, section 5.1.4).
    private func matches(path: String) -> Bool {
        guard path.hasPrefix(self.path) else { return false }
        return path.count == self.path.count || self.path.hasSuffix("/")
            || path.dropFirst(self.path.count).first == "/"
    }
}
