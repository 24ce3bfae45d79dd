internal import CCrypto
internal import Foundation

/// The Content-Security-Policy of a page whose style and script stand in the page itself: nothing but these two may act, named by their
/// digests, and nothing may be asked for (CSP Level 3, section 2.3.1).
///
/// It forbids `style` and event attributes too, wherever they come from.
enum PagePolicy {
    static func text(style: String, script: String) -> String {
        "default-src 'none'; script-src '\(source(script))'; style-src '\(source(style))'; base-uri 'none'; form-action 'none'"
    }

    /// `sha256-` and the digest of a text in Base64.
    static func source(_ text: String) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let bytes = Array(text.utf8)
        // It fails only without memory. The page then does nothing, which the tests would see.
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return "sha256-" + Data(digest).base64EncodedString()
    }
}
