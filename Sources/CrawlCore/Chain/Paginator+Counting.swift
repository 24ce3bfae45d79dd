/// The next pages where they are numbered.
extension Paginator {
    /// What follows a page whose number, or offset, counts on.
    func count(on counter: Paging.Counter, _ reply: Reply) throws(Fault) -> [FollowingPage] {
        let items = reply.items ?? 0
        if let place = request.place, let planned = place.planned, place.number <= planned {
            return try afterPlanned(place, planned, counter, reply)
        }
        if request.number == 1 {
            let plan = try plan(counter, reply, items)
            if let plan { return plan }
        }
        if request.number == 2, counter.unit == .items, let size = counter.size,
            let first = request.place?.itemsBefore, first < size, items > 0, items <= first
        {
            // What lies between the pages would be left out.
            throw Fault(
                "page size capped at \(first): \(size) were asked for, and there is a second page; ask for no more than that, or write step: received"
            )
        }
        let collected = (request.place?.itemsBefore ?? 0) + items
        var place = next(request.number + 1, digest: reply.digest, items: items)
        if request.number == 1 { place.size = counter.size ?? items }
        return [limited(try page(number: request.number + 1, counter, place, collected: collected))]
    }

    /// The pages that the first page tells of; nil where it tells of none.
    private func plan(
        _ counter: Paging.Counter, _ reply: Reply, _ items: Int
    ) throws(Fault) -> [FollowingPage]? {
        var size = counter.size ?? items
        let planned: Int
        var whole: Int?
        if let place = paging.pageCount {
            guard let count = reply.values[place]?.count else {
                throw Fault(
                    "\(place.text) is \(reply.values[place]?.json.prefix(40) ?? "not there"), not a count of pages"
                )
            }
            planned = count
        } else if let total = try total(reply) {
            guard size > 0 else { return nil }
            if let asked = counter.size, items < min(asked, total) {
                // Pages are counted by the size that was asked for; a smaller one would leave items out.
                throw Fault("page size capped at \(items): \(asked) were asked for, and there are \(total)")
            }
            size = max(size, 1)
            planned = (total - 1) / size + 1
            whole = total
        } else {
            return nil
        }
        guard planned > 1 else {
            guard let whole, items >= size else { return [] }
            return [try probe(counter, size: size, total: whole, planned: max(planned, 1))]
        }
        guard counter.unit != .received else { return nil }
        var pages: [FollowingPage] = []
        for number in 2...min(planned, paging.mostPages + 1) {
            var place = next(number)
            (place.planned, place.size, place.total) = (planned, size, whole)
            pages.append(limited(try page(number: number, counter, place, collected: 0)))
        }
        return pages
    }

    /// What follows a page that was planned.
    private func afterPlanned(
        _ place: ChainPlace, _ planned: Int, _ counter: Paging.Counter, _ reply: Reply
    ) throws(Fault) -> [FollowingPage] {
        guard let total = place.total, let size = place.size, let items = reply.items else { return [] }
        let wanted = place.number < planned ? size : total - (planned - 1) * size
        guard items >= wanted else {
            throw Fault("fewer items than total: page \(place.number) has \(items) of \(wanted)")
        }
        guard place.number == planned, items >= size else { return [] }
        return [try probe(counter, size: size, total: total, planned: planned)]
    }

    /// One page more than was planned, where the last planned one was full.
    private func probe(
        _ counter: Paging.Counter, size: Int, total: Int, planned: Int
    ) throws(Fault) -> FollowingPage {
        var place = next(planned + 1)
        (place.planned, place.size, place.total) = (planned, size, total)
        return limited(
            try page(number: planned + 1, counter, place, collected: planned * size))
    }

    private func page(
        number: Int, _ counter: Paging.Counter, _ place: ChainPlace, collected: Int
    ) throws(Fault) -> FollowingPage {
        let size = place.size ?? request.place?.size ?? counter.size ?? 0
        let value =
            switch counter.unit {
            case .pages: counter.start + number - 1
            case .items: counter.start + (number - 1) * size
            case .received: counter.start + collected
            }
        guard var details = JSONTree(request.details) else { throw Fault("the request is not valid JSON") }
        var url = request.url
        try put(
            ReplyValue(json: "\(value)", text: "\(value)"), at: counter.target, &url, &details,
            .json("the number"))
        return try self.page(url, details, place)
    }
}
