internal import CrawlCore
internal import HTMLScan

/// The kinds of links that a job follows.
struct LinkSelection {
    private var origins: UInt16 = 0
    private var relations: PageLink.Relations = []

    init(_ kinds: Set<JobSpec.LinkKind>) {
        for kind in kinds {
            switch kind {
            case .a: insert(.anchor, .svgAnchor, .xlinkAnchor)
            case .area: insert(.area)
            case .frame: insert(.frame)
            case .iframe: insert(.iframe)
            case .refresh: insert(.metaRefresh, .refreshField)
            case .next: relations.insert(.next)
            case .prev: relations.insert(.previous)
            case .canonical: relations.insert(.canonical)
            case .alternate: relations.insert(.alternate)
            }
        }
    }

    private mutating func insert(_ kinds: PageLink.Origin...) {
        for kind in kinds { origins |= 1 << UInt16(kind.rawValue) }
    }

    func contains(_ link: PageLink) -> Bool {
        switch link.origin {
        case .link, .linkField: !link.relations.isDisjoint(with: relations)
        default: origins & 1 << UInt16(link.origin.rawValue) != 0
        }
    }
}
