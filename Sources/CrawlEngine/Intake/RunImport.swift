package import CrawlCore
package import TrawlStore
internal import Curl

/// Where the URLs of a run come from, one at a time.
package protocol PageSource: ~Copyable {
    /// The next entry; nil at the end.
    mutating func next() throws -> SourceEntry?
}

/// One entry of a list.
package enum SourceEntry: Sendable, Equatable {
    /// A URL as its author wrote it; `line` is where, `input` a JSON object with what else is said of it.
    case url(String, name: String?, line: Int?, input: String? = nil)
    /// A request; its URL is no pattern. It lies apart: a list of URLs would else copy the room of a request for each of them.
    indirect case request(RequestTemplate, line: Int?)
    /// Text that cannot be a URL or a request.
    case unusable(String, line: Int?, reason: String)
}

extension SourceEntry {
    /// What the list says of it beyond the request, as a JSON object.
    fileprivate var input: String? {
        switch self {
        case .url(_, _, _, let input): input
        case .request(let request, _): request.input
        case .unusable: nil
        }
    }
}

/// Reads a list into a new run: every entry becomes a page, whatever is wrong with it.
package struct RunImport {
    private let run: RunID
    private let limits: JobSpec.Limits
    private let credentials: URLCredentials
    private var intake: any RunIntake
    /// Hosts that curl reads out of a URL as we do.
    private var agreedHosts = AgreedHosts()
    /// Whether pages are more than a GET of their URL.
    private var hasRequests: Bool
    /// Whether the list says more of pages than their requests.
    private var hasInputs = false
    /// The secrets that requests refer to, which are not stored.
    private(set) var secrets: Set<TextReference> = []

    /// Characters of an unusable entry that are kept.
    private static let keptText = 2_083

    /// An import into a run in state `importing`.
    ///
    /// - Parameters:
    ///   - credentials: takes the user names and passwords of the URLs, which are stored without.
    ///   - needsRequests: whether each page needs a request of its own, also where it is a plain GET. The default is false.
    package init(
        store: any CrawlDatabase, run: RunID, limits: JobSpec.Limits, credentials: URLCredentials,
        needsRequests: Bool = false
    ) {
        hasRequests = needsRequests
        self.credentials = credentials
        self.limits = limits
        self.run = run
        intake = store.intake(of: run, limits: limits)
    }

    /// Reads the source to its end.
    ///
    /// - Parameter progressed: called with the number of entries so far after each transaction; false ends the
    ///   import there.
    /// - Returns: what was added; nil where it was ended early.
    package mutating func add(
        _ source: inout some (PageSource & ~Copyable), progressed: (Int64) -> Bool
    ) throws -> RunProgress? {
        var added = RunProgress()
        var chunk: [ImportedPage] = []
        var inputs: [Int: String] = [:]
        chunk.reserveCapacity(intake.chunk)
        while true {
            let entry = try source.next()
            if let entry {
                if let input = entry.input { inputs[chunk.count] = input }
                chunk.append(page(of: entry))
            }
            guard entry == nil || chunk.count >= intake.chunk else { continue }
            if !inputs.isEmpty { hasInputs = true }
            added.add(try intake.add(chunk, inputs: inputs))
            inputs.removeAll()
            chunk.removeAll(keepingCapacity: true)
            guard progressed(added.pages) else { return nil }
            if entry == nil { break }
        }
        let pages = added.pages
        guard let change = try intake.settle(progressed: { progressed(pages) }) else { return nil }
        added.add(change)
        return added
    }

    /// Adds the sitemaps that the job names.
    package mutating func add(sitemaps: [String]) throws -> RunProgress {
        var added = RunProgress()
        var urls: [DiscoveredURL] = []
        for text in sitemaps {
            guard case .page(let url, let hostKey, _, _, _) = page(of: .url(text, name: nil, line: nil))
            else {
                added.add(try intake.add([page(of: .url(text, name: nil, line: nil))], inputs: [:]))
                continue
            }
            urls.append(DiscoveredURL(url: url, hostKeyLength: hostKey.utf8.count, kind: .sitemap, depth: 0))
        }
        added.add(try intake.add(sitemaps: urls))
        return added
    }

    /// Closes the import: the run has all its pages, and may be worked on.
    package func finish(_ run: RunID, in transaction: any StoreWriter) throws {
        try transaction.finishImport(
            run, hasCredentials: !credentials.isEmpty, hasRequests: hasRequests, hasInputs: hasInputs,
            secrets: secrets)
    }

    private mutating func page(of entry: SourceEntry) -> ImportedPage {
        switch entry {
        case .unusable(let text, let line, let reason):
            return .skipped(
                text: kept(text), reason: .invalidURL, name: nil, line: line, error: reason)
        case .url(let text, let name, let line, _): return page(text, name: name, line: line, nil)
        case .request(let request, let line):
            secrets.formUnion(request.secrets)
            guard !request.isPlain else {
                return page(request.fullURL, name: request.name, line: line, nil)
            }
            hasRequests = true
            let key = request.sendsIdempotencyKey ? UniqueID.random() : nil
            return page(
                request.fullURL, name: request.name, line: line,
                ImportedRequest(
                    method: request.effectiveMethod, details: request.details, idempotencyKey: key))
        }
    }

    private mutating func page(
        _ text: String, name: String?, line: Int?, _ request: ImportedRequest?
    ) -> ImportedPage {
        func skipped(_ reason: SkipReason, _ error: String, text: String = text) -> ImportedPage {
            .skipped(text: kept(text), reason: reason, name: name, line: line, error: error)
        }
        let url: WebURL
        do {
            url = try WebURL(parsing: text)
        } catch {
            return skipped(.invalidURL, "\(error)")
        }
        guard url.isHTTP else {
            return .failed(
                text: kept(url.href), kind: .unsupportedScheme, name: name, line: line,
                error: "the scheme \(url.scheme) is not fetched; http and https are")
        }
        let requested = url.withoutCredentialsAndFragment
        guard !url.hasCredentials || credentials.add(url) else {
            return skipped(
                .limit, "too many URLs of this host have a user name and password of their own",
                text: requested)
        }
        guard limits.urlLength == 0 || requested.utf8.count <= limits.urlLength else {
            return skipped(.limit, "longer than limits.url_length (\(limits.urlLength))")
        }
        guard agreedHosts.admit(url) else {
            return skipped(.invalidURL, "libcurl reads another host out of it")
        }
        return .page(url: requested, hostKey: url.hostKey, name: name, line: line, request: request)
    }

    private func kept(_ text: String) -> String {
        let text = text.withoutUserInfo
        return text.utf8.count <= RunImport.keptText ? text : String(text.prefix(RunImport.keptText))
    }
}
