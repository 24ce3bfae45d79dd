internal import CrawlCore
internal import Curl
internal import Extract
internal import HTMLScan

/// Makes links of what pages refer to, and says which of their URLs are to be checked.
///
/// It belongs to one thread, that of its loop.
struct LinkReader {
    private let policy: LinkPolicy
    /// What is checked; nil for nothing.
    private let check: JobSpec.Check?
    private let normalization: URLNormalization
    /// How far from the job's own URLs stylesheets are read, whose imports may go on for ever; nil for any distance.
    private let sheetDepth: Int?
    /// Hosts that curl reads out of a URL as we do.
    private var agreedHosts = AgreedHosts()

    /// A reader for a job; nil where it keeps no links.
    init?(_ spec: JobSpec) throws {
        guard spec.keepsLinks else { return nil }
        let exclude = spec.follow?.exclude ?? []
        check = spec.check
        normalization = URLNormalization(spec.normalize)
        sheetDepth = spec.limits.trap.hops == 0 ? nil : spec.limits.trap.hops
        policy = LinkPolicy(
            checksAssets: spec.check?.assets == true, checksExternal: spec.check?.external == true,
            allowedHosts: Set(spec.allowPrivate), urlLength: spec.limits.urlLength,
            filter: exclude.isEmpty ? nil : try URLFilter(include: [], exclude: exclude))
    }

    /// What a page or a stylesheet refers to.
    struct Source {
        /// The URL that answered.
        let page: WebURL
        /// What its URLs are relative to.
        let base: WebURL
        /// How many links lead to the page.
        let depth: Int
        /// What was found in it, and in its header.
        let found: [CountedReference]
        /// Whether more was there than was found.
        let isCut: Bool
        /// Its places; nil where it is no HTML.
        let places: FragmentPlaces?
    }

    /// The links of a page, and what of them is to be checked.
    ///
    /// - Parameters:
    ///   - followed: URLs of the page that are pages of the run anyway.
    ///   - isOwn: whether a URL is of the site that is crawled.
    mutating func read(
        _ source: Source, followed: [DiscoveredURL], isOwn: (WebURL) -> Bool
    ) -> (links: PageLinks, checks: [DiscoveredURL]) {
        var list: [Link] = []
        list.reserveCapacity(source.found.count)
        var places: [Place: Int] = [:]
        var checks = CheckList(followed)
        for counted in source.found {
            let (decision, parsed) = policy.decide(counted.reference, base: source.base, isOwn: isOwn)
            let url = parsed.map { normalization.apply(to: $0) }
            var link = Link(counted, url, decision)
            if case .ask(let target) = decision, let url {
                if agreedHosts.admit(url) {
                    add(counted.reference, url, link, target, depth: source.depth + 1, to: &checks)
                } else {
                    link = Link(counted, url, .malformed(.url(.invalidDomain)))
                }
            }
            let place = Place(url: link.url, digest: link.digest)
            if let index = places[place] {
                list[index].count += link.count
            } else {
                places[place] = list.count
                list.append(link)
            }
        }
        return (PageLinks(list, isCut: source.isCut, places: source.places), checks.urls)
    }

    /// The check of a URL that a page redirects to; nil where it is not to be asked for.
    mutating func check(_ url: WebURL, depth: Int, isOwn: (WebURL) -> Bool) -> DiscoveredURL? {
        guard check != nil else { return nil }
        let link = PageReference(.hyperlink, element: "", attribute: "", url: url.href)
        guard case .ask = policy.decide(link, base: url, isOwn: isOwn).decision, agreedHosts.admit(url) else {
            return nil
        }
        return DiscoveredURL(
            url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength, kind: .check,
            depth: depth)
    }

    private func add(
        _ reference: PageReference, _ url: WebURL, _ link: Link, _ target: LinkPolicy.Target, depth: Int,
        to checks: inout CheckList
    ) {
        guard let check else { return }
        var found = DiscoveredURL(url: link.url, hostKeyLength: url.hostKeyLength, kind: .check, depth: depth)
        // A stylesheet of the site is read for what it refers to.
        found.readsPlaces =
            reference.kind == .hyperlink && check.fragments && link.fragment != nil
            || target == .asset && reference.isStyleSheet && depth <= sheetDepth ?? depth
        checks.add(found)
    }
}

/// A link of a page, told apart from others.
private struct Place: Hashable {
    let url: String
    let digest: Int64
}

/// What is to be checked, each URL once.
private struct CheckList {
    private(set) var urls: [DiscoveredURL] = []
    private let followed: Set<String>
    private var places: [String: Int] = [:]

    init(_ followed: [DiscoveredURL]) {
        self.followed = Set(followed.filter { $0.skipReason == nil }.map(\.url))
    }

    mutating func add(_ url: DiscoveredURL) {
        guard !followed.contains(url.url) else { return }
        if let index = places[url.url] {
            urls[index].readsPlaces = urls[index].readsPlaces || url.readsPlaces
        } else {
            places[url.url] = urls.count
            urls.append(url)
        }
    }
}

extension Link {
    /// The link that a reference makes.
    ///
    /// - Parameter url: what it means; nil where it means nothing.
    fileprivate init(_ counted: CountedReference, _ url: WebURL?, _ decision: LinkPolicy.Decision) {
        let reference = counted.reference
        let isOfHeader = reference.attribute == "Link" || reference.attribute == "Refresh"
        let fragment = url?.fragment ?? ""
        self.init(
            url: url.map { $0.isHTTP ? $0.withoutCredentialsAndFragment : $0.href } ?? reference.url,
            fragment: fragment.isEmpty || url?.isHTTP != true ? nil : fragment,
            element: reference.element.isEmpty ? (isOfHeader ? "header" : "css") : reference.element,
            attribute: Link.word(ofAttribute: reference.attribute),
            rel: reference.rel.isEmpty ? nil : reference.rel,
            text: reference.text.isEmpty ? nil : reference.text, line: counted.line, count: counted.count,
            reason: LinkReason(decision))
    }
}

extension Link {
    /// An attribute as it is stored: `url()` and `@import` of a stylesheet are `url` and `import`.
    private static func word(ofAttribute attribute: String) -> String {
        switch attribute {
        case "url()": "url"
        case "@import": "import"
        default: attribute.lowercased()
        }
    }
}

extension LinkReason {
    /// Why a reference is not asked for, where that does not depend on the job; nil for no reason.
    fileprivate init?(_ decision: LinkPolicy.Decision) {
        switch decision {
        case .ask, .notChecked(.excluded): return nil
        case .malformed: self = .malformed
        case .notChecked(let reason): self = reason
        }
    }
}

extension PageReference {
    /// Whether it is one to a stylesheet.
    fileprivate var isStyleSheet: Bool {
        rel.split(separator: " ").contains("stylesheet") || attribute == "@import"
    }
}
