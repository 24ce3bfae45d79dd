internal import CrawlCore
internal import Synchronization

/// The user names and passwords that the URLs of a run carry, for Basic authentication (RFC 7617).
///
/// They are in memory only, and are stored nowhere. A runner that goes on with a run reads them again from the job file and the
/// list.
package final class URLCredentials: Sendable {
    /// Those of one origin: scheme, host and port.
    struct Origin: Sendable {
        /// The user name and password that are sent with every URL of the origin that has none of its own (RFC 7617, section 2.2).
        let first: Credentials
        /// The URLs of the origin that have other ones.
        var others: [String: Credentials] = [:]

        /// What a page's URL is requested with.
        func credentials(for url: String) -> Credentials { others[url] ?? first }
    }

    /// How many URLs may have other ones than the first URL of their origin. The limit keeps memory from growing with the list.
    private static let maximumCount = 10_000

    private let state = Mutex<(origins: [String: Origin], count: Int)>(([:], 0))

    /// None.
    package init() {}

    /// Whether there are none.
    package var isEmpty: Bool { state.withLock { $0.origins.isEmpty } }

    /// Takes those of a URL, where it has any.
    ///
    /// - Returns: false where there are too many to remember.
    func add(_ url: WebURL) -> Bool {
        guard let credentials = url.credentials else { return true }
        return state.withLock { state in
            let key = url.hostKey
            guard let origin = state.origins[key] else {
                state.origins[key] = Origin(first: credentials)
                return true
            }
            guard origin.first != credentials else { return true }
            guard state.count < URLCredentials.maximumCount else { return false }
            state.count += 1
            state.origins[key]?.others[url.withoutCredentialsAndFragment] = credentials
            return true
        }
    }

    /// Takes those of all URLs of a source, to its end.
    package func add(_ source: inout some (PageSource & ~Copyable)) throws {
        while let entry = try source.next() {
            guard case .url(let text, _, _, _) = entry, text.utf8.contains(UInt8(ascii: "@")),
                let url = try? WebURL(parsing: text)
            else { continue }
            _ = add(url)
        }
    }

    /// Those of an origin.
    func origin(_ hostKey: String) -> Origin? { state.withLock { $0.origins[hostKey] } }
}
