/// What the items of a reply are: the key `items` of a request.
package struct ItemSelection: Sendable, Equatable {
    /// How they stand in the body.
    package var format: Format
    /// The path to an item's key within the item, or the name of a CSV column; nil for none.
    package var key: String?

    /// How items stand in a body.
    package enum Format: Sendable, Equatable {
        /// Where a path of JSON leads.
        case json(String)
        /// One JSON value a line.
        case ndjson
        /// Rows of CSV (RFC 4180); the first has the names.
        case csv(delimiter: UInt8, charset: String?)
        /// The events of a stream (HTML Standard, section 9.2), up to one whose data is this text; nil for none.
        case events(until: String?)
        /// The elements of XML that a path leads to; what its prefixes stand for.
        case xml(path: String, namespaces: [RequestTemplate.Parameter])
    }

    /// Whether they are elements of XML.
    package var isXML: Bool { if case .xml = format { true } else { false } }

    /// Items.
    package init(_ format: Format, key: String? = nil) {
        self.format = format
        self.key = key
    }
}

/// What is read of a reply beside what every page has: where pages and items are, and what it has to say.
package final class ReplyReading: Sendable {
    /// How its pages follow one another; nil where it has none.
    package let paging: Paging?
    /// What its items are; nil for none.
    package let items: ItemSelection?
    /// What it has to say to be taken for good.
    package let expectations: [ReplyTest]
    /// What it has to be like, or each of its items where it has some; nil for anything.
    package let check: (any ReplyCheck)?
    /// Where it says how much of a limit is left; nil for nowhere.
    package let throttle: Throttle?
    /// The request, as it is stored.
    package let request: Paginator.Request
    /// The requests that are made for each of its items.
    package let templates: [ChainTemplate]
    /// The most bytes of its body; 0 for any number.
    package let bodyLimit: Int64?

    /// What is read of a reply.
    ///
    /// - Parameter bodyLimit: nil for the job's limit.
    package init(
        paging: Paging?, items: ItemSelection?, expectations: [ReplyTest], request: Paginator.Request,
        bodyLimit: Int64?, templates: [ChainTemplate] = [], throttle: Throttle? = nil,
        check: (any ReplyCheck)? = nil
    ) {
        self.check = check
        self.throttle = throttle
        self.paging = paging
        self.items = items
        self.expectations = expectations
        self.request = request
        self.bodyLimit = bodyLimit
        self.templates = templates
    }

    /// The places that are read, each once.
    package var places: [ReplyPlace] {
        var places: [ReplyPlace] = []
        let all = (paging?.places ?? []) + expectations.map(\.place) + (throttle?.places ?? [])
        for place in all where !places.contains(place) {
            places.append(place)
        }
        return places
    }
}
