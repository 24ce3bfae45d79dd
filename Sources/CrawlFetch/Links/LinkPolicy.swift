package import CrawlCore
package import Extract
package import HTMLScan

/// Decides which of the URLs that a page refers to are asked for, and why the others are not.
///
/// It belongs to one thread, as the expressions of `URLFilter` do.
package final class LinkPolicy {
    /// What is done about a reference.
    package enum Decision: Equatable, Sendable {
        /// The URL is asked for.
        case ask(Target)
        /// The URL is not asked for. The reason is one of those that go with ``LinkVerdict/notChecked``.
        case notChecked(LinkReason)
        /// The reference is broken, whatever a server would say.
        case malformed(Fault)
    }

    /// What a URL that is asked for is to the page.
    package enum Target: Sendable, CaseIterable {
        /// A page of the same site.
        case page
        /// What a page of the site needs to be shown.
        case asset
        /// Anything elsewhere.
        case external
    }

    /// What is wrong with a reference that is no URL to ask for.
    package enum Fault: Equatable, Sendable {
        /// The URL parser refuses it.
        case url(WebURL.ParseFailure)
        /// A `mailto:` without an address.
        case mailto
        /// A `tel:` without digits.
        case tel
    }

    private let checksAssets: Bool
    private let checksExternal: Bool
    private let allowedHosts: Set<String>
    private let urlLength: Int
    private let filter: URLFilter?

    /// - Parameters:
    ///   - checksAssets: whether images, scripts, style sheets and frames are asked for.
    ///   - checksExternal: whether anything that is not of the site is.
    ///   - allowedHosts: private addresses and reserved names elsewhere that are asked for all the same.
    ///   - urlLength: the longest URL that is asked for, in bytes; 0 for any.
    ///   - filter: which URLs are asked for, by the job's expressions; nil for all.
    package init(
        checksAssets: Bool, checksExternal: Bool, allowedHosts: Set<String> = [], urlLength: Int = 0,
        filter: URLFilter? = nil
    ) {
        self.checksAssets = checksAssets
        self.checksExternal = checksExternal
        self.allowedHosts = allowedHosts
        self.urlLength = urlLength
        self.filter = filter
    }

    /// What is done about a reference, and the URL that it means.
    ///
    /// - Parameters:
    ///   - base: the URL that the page's references are relative to.
    ///   - isOwn: whether a URL is of the site that is crawled.
    package func decide(
        _ reference: PageReference, base: WebURL, isOwn: (WebURL) -> Bool
    ) -> (decision: Decision, url: WebURL?) {
        // What is left of a URL that was cut off is not what the page means.
        if reference.isCutOff { return (.notChecked(reference.hasContent ? .scheme : .limit), nil) }
        do throws(WebURL.ParseFailure) {
            let base = reference.base.map { WebURL.base($0, of: base) } ?? base
            let url = try WebURL(parsing: reference.url, base: base)
            return (decide(reference.kind, url, isOwn: isOwn), url)
        } catch {
            return (.malformed(.url(error)), nil)
        }
    }

    private func decide(_ kind: PageReference.Kind, _ url: WebURL, isOwn: (WebURL) -> Bool) -> Decision {
        guard url.isHTTP else { return Self.fault(of: url).map { .malformed($0) } ?? .notChecked(.scheme) }
        switch kind {
        case .hint, .identifier: return .notChecked(.hint)
        case .form: return .notChecked(.form)
        case .ping: return .notChecked(.ping)
        case .hyperlink, .asset: break
        }
        let isOwn = isOwn(url)
        guard isOwn || checksExternal, kind != .asset || checksAssets else { return .notChecked(.excluded) }
        if !isOwn, !allowedHosts.contains(url.host ?? "") {
            if let address = url.hostAddress, !address.isGlobal { return .notChecked(.private) }
            if url.isReservedName { return .notChecked(.reservedName) }
        }
        let text = url.withoutCredentialsAndFragment
        if urlLength > 0, text.utf8.count > urlLength { return .notChecked(.limit) }
        if let filter, !filter.admits(text) { return .notChecked(.excluded) }
        return .ask(!isOwn ? .external : kind == .asset ? .asset : .page)
    }

    /// What is wrong with a URL of another scheme; nil where nothing can be said.
    private static func fault(of url: WebURL) -> Fault? {
        switch url.scheme {
        case "mailto":
            // With a query the addresses may be in its `to` (RFC 6068, section 2).
            // Sphinx writes the at sign as %40, and mail programs decode it.
            let address = [UInt8](percentDecoding: Array(url.path.utf8).span)
            let hasAddress = address.contains(UInt8(ascii: "@"))
            return hasAddress || url.query != nil ? nil : .mailto
        case "tel":
            return url.path.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                ? nil : .tel
        default: return nil
        }
    }
}

extension PageReference {
    /// Whether the URL holds content and leads nowhere.
    fileprivate var hasContent: Bool {
        ["data:", "javascript:"].contains { prefix in
            url.utf8.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { $0 | 0x20 == $1 | 0x20 }
        }
    }
}
