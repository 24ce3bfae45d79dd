/// Decides what follows a page of a result: the next page, several, or nothing.
///
/// It is a value. It is handed a request and what was read of its reply.
package struct Paginator: Sendable {
    /// The request of a page, as it is stored.
    package struct Request: Sendable, Equatable {
        /// The page.
        package var page: PageID
        /// Its URL; references to secrets stand in it as they are written.
        package var url: String
        /// The name of its request; nil for none.
        package var name: String?
        /// The method, in capitals.
        package var method: String
        /// The request's other keys, a JSON object.
        package var details: String
        /// Its place in the chain; nil for the first page.
        package var place: ChainPlace?

        /// A request; nothing is checked.
        package init(
            page: PageID, url: String, name: String?, method: String, details: String, place: ChainPlace?
        ) {
            self.page = page
            self.url = url
            self.name = name
            self.method = method
            self.details = details
            self.place = place
        }

        /// The number of the page in its chain, from 1.
        package var number: Int { place?.number ?? 1 }
    }

    /// What was read of a page.
    package struct Reply: Sendable {
        /// The URL that answered.
        package var url: String
        /// The values that were found.
        package var values: [ReplyPlace: ReplyValue] = [:]
        /// How many items it has; nil where nobody counts them.
        package var items: Int?
        /// A digest of its items, or of its body where nobody reads items.
        package var digest: Int64 = 0

        /// A page of which nothing was found.
        package init(url: String) {
            self.url = url
        }
    }

    /// What follows a page.
    package enum Step: Sendable, Equatable {
        /// These pages. None is the end.
        case pages([FollowingPage])
        /// The page is one that was there before, and does not count.
        case repeated(String)
        /// The page is empty although there is more, and is to be asked for again.
        case empty(String)
    }

    /// Why there is no next page although there should be one.
    struct Fault: Error {
        let kind: ErrorKind
        let reason: String
        /// The URL that is shown; nil for that of the page.
        var url: String?

        init(_ reason: String, kind: ErrorKind = .unexpected, url: String? = nil) {
            self.kind = kind
            self.reason = reason
            self.url = url
        }
    }

    let paging: Paging
    let request: Request

    /// The longest URL of a next page, in bytes: 64 KiB.
    static let longestURL = 64 << 10
    /// The longest value that is put into a request, in bytes: 16 KiB.
    static let longestValue = 16 << 10

    /// Decides for one page.
    package init(_ paging: Paging, _ request: Request) {
        self.paging = paging
        self.request = request
    }

    /// What follows a page that was answered.
    package func step(after reply: Reply) -> Step {
        if let repeated = repeated(reply) { return repeated }
        if let missing = missing(reply) {
            return .empty("page \(request.number) is empty, and there are \(missing) items")
        }
        do throws(Fault) {
            return .pages(try pages(after: reply))
        } catch {
            return .pages([row(for: error)])
        }
    }

    /// The row that says why the chain ends here.
    func row(for fault: Fault) -> FollowingPage {
        var place = next(request.number + 1)
        place.before = nil
        return FollowingPage(
            url: String((fault.url ?? request.url).prefix(2_083)), hostKeyLength: 0, name: request.name,
            method: request.method, details: request.details, place: place,
            end: .failed(fault.kind, fault.reason))
    }

    /// The first page again, in place of all pages so far; nil where that was tried often enough, or nothing is to be tried.
    package func restart() -> FollowingPage? {
        guard let place = request.place, place.restarts < Self.mostRestarts, paging.expired?.restarts == true
        else { return nil }
        guard let url = try? WebURL(parsing: place.firstURL), let details = first(request.details) else {
            return nil
        }
        var again = ChainPlace(first: place.first, number: 1, firstURL: place.firstURL)
        again.restarts = place.restarts + 1
        return FollowingPage(
            url: place.firstURL, hostKeyLength: url.hostKeyLength, name: request.name, method: request.method,
            details: details, place: again)
    }

    /// How often a list is begun anew.
    private static let mostRestarts = 3

    /// The details of the first page, by those of a later one.
    private func first(_ details: String) -> String? {
        guard var tree = JSONTree(details) else { return nil }
        // What the pages after the first have was put in beside what the first page had.
        if let json = tree["first_json"] {
            guard tree.set([.name("json")], to: json) else { return nil }
            tree.remove("first_json")
        }
        if case .cursors(let cursors) = paging.walk {
            // A first request without the cursor is what the list begins with.
            for cursor in cursors {
                if case .header(let name) = cursor.target, let headers = tree["headers"] {
                    var fields = headers
                    fields.remove(name)
                    _ = tree.set([.name("headers")], to: fields)
                }
            }
        }
        return tree.text
    }

    /// What a page means that was there before; nil for a new one.
    private func repeated(_ reply: Reply) -> Step? {
        guard let before = request.place?.before, before == reply.digest, reply.items != 0 else { return nil }
        let number = request.number
        switch paging.onRepeat {
        case .end: return .pages([])
        case .error, .allow:
            return .repeated("page repeats: page \(number) has the same content as page \(number - 1)")
        }
    }

    /// How many items there are where an empty page is not the end of them; nil where it is.
    private func missing(_ reply: Reply) -> Int? {
        guard paging.onEmpty == .retry, reply.items == 0 else { return nil }
        let said = paging.total.flatMap { reply.values[$0]?.count }
        guard let total = request.place?.total ?? said, total > 0 else { return nil }
        let before: Int
        if let planned = request.place?.planned, request.number <= planned, let size = request.place?.size {
            before = (request.number - 1) * size
        } else {
            before = request.place?.itemsBefore ?? 0
        }
        return before < total ? total : nil
    }

    private func pages(after reply: Reply) throws(Fault) -> [FollowingPage] {
        if let until = paging.until, until.passes(reply.values[until.place]) { return try end(reply) }
        let isPlanned = request.place?.planned.map { request.number <= $0 } ?? false
        if reply.items == 0, !isPlanned {
            switch paging.onEmpty ?? (paging.isNumbered ? .end : .goOn) {
            case .end, .retry: return try end(reply)
            case .fail: throw Fault("page \(request.number) is empty")
            case .goOn: break
            }
        }
        if case .count(let counter) = paging.walk { return try count(on: counter, reply) }
        guard let next = try following(reply), let checked = try checked(next) else { return try end(reply) }
        return [checked]
    }

    /// The end of a chain whose pages follow one another.
    private func end(_ reply: Reply) throws(Fault) -> [FollowingPage] {
        guard request.place?.planned == nil, let total = try total(reply), let items = reply.items else {
            return []
        }
        let collected = (request.place?.itemsBefore ?? 0) + items
        guard collected >= total else {
            throw Fault("fewer items than total: \(collected) of \(total)")
        }
        return []
    }

    /// How many items there are, as the page says; nil where it does not.
    func total(_ reply: Reply) throws(Fault) -> Int? {
        guard let place = paging.total else { return nil }
        guard let value = reply.values[place], value.json != "null" else { return request.place?.total }
        guard let count = value.count else {
            throw Fault("\(place.text) is \(value.json.prefix(40)), not a count of items")
        }
        return count
    }

    // MARK: Places

    /// The place of a page after this one.
    func next(_ number: Int, digest: Int64? = nil, items: Int? = nil) -> ChainPlace {
        var place =
            request.place ?? ChainPlace(first: request.page, number: 1, firstURL: request.url)
        place.number = number
        place.before = digest
        place.itemsBefore += items ?? 0
        return place
    }

    /// The page, unless it is beyond the most that a chain may have, or the same request as this one.
    private func checked(_ page: FollowingPage) throws(Fault) -> FollowingPage? {
        if page.url == request.url, page.details == request.details, page.method == request.method {
            switch paging.onRepeat {
            case .allow: break
            case .end: return nil
            case .error: throw Fault("page repeats: page \(request.number) leads to itself")
            }
        }
        return limited(page)
    }

    /// The page, which is only noted where it is beyond the most that a chain may have.
    func limited(_ page: FollowingPage) -> FollowingPage {
        guard page.place.number > paging.mostPages else { return page }
        var page = page
        page.hostKeyLength = 0
        page.end = .skipped(.limit, "more than paginate.pages (\(paging.mostPages))")
        return page
    }

    // MARK: Values

    /// A value that goes into a request.
    ///
    /// What a server sends must not become a reference to a secret.
    func usable(_ value: ReplyValue, of place: ReplyPlace) throws(Fault) -> ReplyValue {
        guard value.json.utf8.count <= Self.longestValue else {
            throw Fault("\(place.text) is longer than \(Self.longestValue) bytes")
        }
        let tree = JSONTree(value.json)
        guard tree?.hasReferences == false, value.text.map(TextTemplate.hasReferences) != true,
            !value.members.contains(where: {
                TextTemplate.hasReferences($0.value) || TextTemplate.hasReferences($0.name)
            })
        else {
            throw Fault("\(place.text) looks like a reference to a secret, which no server may make")
        }
        return value
    }
}
