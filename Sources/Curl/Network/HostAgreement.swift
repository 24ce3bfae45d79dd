internal import CCurl

/// The host as curl understands a URL, for the comparison with the URL Standard's: two parsers that differ
/// are two hosts, one checked and one connected to.
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
