internal import CCurl

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
