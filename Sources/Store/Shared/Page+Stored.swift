package import CrawlCore

extension PageOutcome {
    /// Whether a page that is done has values for the common columns only.
    package var isPlain: Bool {
        response.statusCode != nil && chain == nil && error == nil && body == nil && response.content == nil
            && response.finalURL == nil && response.robots.isEmpty && !response.isNotModified
    }
}

extension DiscoveredURL {
    /// The method that it is asked for with first.
    package var method: String { kind == .check && !readsPlaces ? "HEAD" : "GET" }
}

extension ImportedPage {
    /// The scheme, name and port that it is requested from; nil for what is not requested.
    package var hostKey: String? {
        guard case .page(_, let key, _, _, _) = self else { return nil }
        return key
    }

    /// The key of its request; nil for what is not requested.
    package var key: Int64? { key(salt: 0) }

    /// The key of its request where others have those of lower salts; nil for what is not requested.
    package func key(salt: UInt64) -> Int64? {
        guard case .page(let url, _, let name, _, let request) = self else { return nil }
        let content = name == nil && request == nil ? nil : [name, request?.details]
        return URLKey(method: request?.method ?? "GET", url: url, content: content, salt: salt).rawValue
    }
}

extension RunProgress {
    /// Counts a page that was added.
    package mutating func count(_ page: ImportedPage) {
        switch page {
        case .page: pending += 1
        case .failed: failed += 1
        case .skipped(_, let reason, _, _, _):
            skipped += 1
            if reason == .invalidURL { invalid += 1 }
        }
    }

    /// Counts a page that was added as pending, and is skipped after all.
    package mutating func skipOne() {
        pending -= 1
        skipped += 1
    }
}
