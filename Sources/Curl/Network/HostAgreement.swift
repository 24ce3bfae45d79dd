internal import CCurl
package import CrawlCore

/// The host that curl reads out of a URL. It is compared with the host that ``WebURL`` reads: when they differ, one host
/// would be checked and another one connected to.
///
/// - Returns: nil when curl cannot parse the URL.
package func curlHost(of url: String) -> String? {
    guard let parser = curl_url() else { return nil }
    defer { curl_url_cleanup(parser) }
    guard curl_url_set(parser, CURLUPART_URL, url, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else { return nil }
    var host: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parser, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host else { return nil }
    defer { curl_free(host) }
    return String(cString: host)
}

extension WebURL {
    /// Whether curl reads the same host out of the URL. A URL for which it does not must not be requested.
    package var isHostAgreed: Bool { curlHost(of: hostKey + "/") == host }
}

/// The hosts that curl is known to read out of a URL as ``WebURL`` does, so that curl is asked once a host.
///
/// One host is enough for all its URLs: after normalisation each of them begins with the host's key, letter by letter.
package struct AgreedHosts {
    private var keys: Set<String> = []
    /// How many hosts are remembered at most, so that memory does not grow with the crawl.
    private static let limit = 10_000

    /// No hosts.
    package init() {}

    /// Whether curl reads the same host out of a URL.
    package mutating func admit(_ url: WebURL) -> Bool {
        let key = url.hostKey
        if keys.contains(key) { return true }
        guard url.isHostAgreed else { return false }
        if keys.count >= Self.limit { keys.removeAll(keepingCapacity: true) }
        keys.insert(key)
        return true
    }
}
