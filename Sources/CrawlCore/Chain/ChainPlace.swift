/// The place of a page in its chain: the pages of one result, of which each led to the next. The first page has none.
package struct ChainPlace: Sendable, Equatable {
    /// The page with which the chain began.
    package var first: PageID
    /// Its number within the chain, from 1; the first page that has a place is 2, or 1 where the list was begun anew.
    package var number: Int
    /// The URL of the first page, as it is stored.
    package var firstURL: String
    /// How often the list was begun anew.
    package var restarts = 0
    /// How many items the pages before it had. Not known of pages that were planned.
    package var itemsBefore = 0
    /// How many pages the first page planned, itself among them; nil where they are asked for one after another.
    package var planned: Int?
    /// How many items there are in all, as the first page said; nil where it did not.
    package var total: Int?
    /// How many items a page has; nil where that is not known.
    package var size: Int?
    /// A digest of what the page before had; nil where that is not known.
    package var before: Int64?

    /// A place; nothing is checked.
    package init(first: PageID, number: Int, firstURL: String) {
        self.first = first
        self.number = number
        self.firstURL = firstURL
    }
}

/// What a page led to, beside links: its items, and the pages after it.
///
/// It is a class, so that the outcome of a page without any costs one nil.
package final class FollowUp: Sendable {
    /// The items of the page; nil for none.
    package let items: (any ItemList)?
    /// The pages after it.
    package let pages: [FollowingPage]
    /// The requests that are made for each of the items.
    package let templates: [ChainTemplate]
    /// Whether the items of the chain so far are given up, since its list is read again from its first page.
    package let restarts: Bool

    /// What a page led to.
    package init(
        items: (any ItemList)? = nil, pages: [FollowingPage] = [], templates: [ChainTemplate] = [],
        restarts: Bool = false
    ) {
        self.items = items
        self.pages = pages
        self.templates = templates
        self.restarts = restarts
    }
}

/// The items of a page, wherever they are kept until they are stored.
package protocol ItemList: Sendable {
    /// How many there are.
    var count: Int { get }
    /// Hands over the items in their order.
    ///
    /// - Parameter body: gets an item's key, where it has one, and its JSON text.
    /// - Throws: what `body` throws, or ``ItemListError``.
    func forEach(_ body: (_ key: String?, _ value: String) throws -> Void) throws
}

/// Why items could not be read back.
package struct ItemListError: Error, CustomStringConvertible {
    /// What went wrong.
    package let description: String
    /// An error.
    package init(_ description: String) { self.description = description }
}

/// A page that another led to, as a row of its own.
package struct FollowingPage: Sendable, Equatable {
    /// The URL to request, normalised, without fragment; references to secrets stand in it as they are written.
    package var url: String
    /// How many bytes at its beginning are its host's key; 0 for a page that is not to be requested.
    package var hostKeyLength: Int
    /// The name of its request; nil for none.
    package var name: String?
    /// The method, in capitals.
    package var method: String
    /// The request's other keys, a JSON object.
    package var details: String
    /// What is sent as `Idempotency-Key`; nil for nothing.
    package var idempotencyKey: String?
    /// Its place in the chain.
    package var place: ChainPlace
    /// Whether it begins a result of its own, for an item of the page that led to it. Then it has no place in a chain.
    package var isOfItem = false
    /// What is said of it beside its request, a JSON object; nil for nothing.
    package var input: String?
    /// What is done where the chain has the same request already.
    package var onRepeat: Paging.Repeat
    /// Why it is not to be requested; nil where it is.
    package var end: End?

    /// Why a page is not to be requested.
    package enum End: Sendable, Equatable {
        /// It could not be, or the chain is not whole.
        case failed(ErrorKind, String)
        /// It is beyond a limit of the job.
        case skipped(SkipReason, String)
    }

    /// A page that is to be requested.
    package init(
        url: String, hostKeyLength: Int, name: String?, method: String, details: String, place: ChainPlace,
        onRepeat: Paging.Repeat = .error, end: End? = nil
    ) {
        self.url = url
        self.hostKeyLength = hostKeyLength
        self.name = name
        self.method = method
        self.details = details
        self.place = place
        self.onRepeat = onRepeat
        self.end = end
    }

    /// Its host's key: scheme, name and port; nil where it is not to be requested.
    package var hostKey: Substring? {
        guard hostKeyLength > 0 else { return nil }
        return url[..<url.utf8.index(url.startIndex, offsetBy: hostKeyLength)]
    }
}
