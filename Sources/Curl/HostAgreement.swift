internal import CCurl
package import CrawlCore

/// Whether curl reads the same host out of a URL as the URL Standard's parser does.
///
/// Where two parsers differ there are two hosts: one that is checked, and one that is connected to. So a URL on which
/// they differ is not requested.
package struct HostAgreement {
    /// The keys of hosts on which both agree. A normalised URL is its host's key up to the path, letter by letter, so that curl is
    /// asked once a host.
    private var agreed: Set<String> = []

    /// The most hosts that are remembered, so that memory does not grow with the crawl.
    private static let limit = 10_000

    /// Remembers no host yet.
    package init() {}

    /// Whether curl would connect to the URL's host; remembered for the next URL of that host.
    package mutating func holds(for url: WebURL) -> Bool {
        let key = url.hostKey
        if agreed.contains(key) { return true }
        guard Self.curlAgrees(on: url, key: key) else { return false }
        if agreed.count >= Self.limit { agreed.removeAll(keepingCapacity: true) }
        agreed.insert(key)
        return true
    }

    /// Whether curl would connect to the URL's host; for the odd URL, since curl parses it each time.
    package static func curlAgrees(on url: WebURL) -> Bool { curlAgrees(on: url, key: url.hostKey) }

    private static func curlAgrees(on url: WebURL, key: String) -> Bool {
        curlHost(of: key + "/") == url.host
    }
}

/// The host as curl understands a URL.
///
/// - Returns: nil where curl cannot parse the URL.
package func curlHost(of url: String) -> String? {
    guard let parser = curl_url() else { return nil }
    defer { curl_url_cleanup(parser) }
    guard curl_url_set(parser, CURLUPART_URL, url, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else { return nil }
    var host: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parser, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host else { return nil }
    defer { curl_free(host) }
    return String(cString: host)
}
