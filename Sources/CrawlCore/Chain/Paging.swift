/// How the pages of a result follow one another: the key `paginate` of a request.
package struct Paging: Sendable, Equatable {
    /// What leads from a page to the next.
    package var walk: Walk
    /// The test by which a page says that it is the last; nil for none.
    package var until: ReplyTest?
    /// How many items there are in all, as each page says; nil where none does.
    package var total: ReplyPlace?
    /// How many pages there are in all, as the first page says; nil where it does not.
    package var pageCount: ReplyPlace?
    /// The most pages of one chain. The default is 10,000.
    package var mostPages = 10_000
    /// What a page that was asked for before means. The default is an error.
    package var onRepeat = Repeat.error
    /// What a page without items means; nil, the default, for the end of numbered pages, and nothing where a value leads on.
    package var onEmpty: Empty?
    /// Which scheme, host and port the next page is asked for at. The default is that of the link.
    package var origin = Origin.link
    /// By what a reply says that the place in the list is not known any more; nil for nothing.
    package var expired: Expired?
    /// What the requests of all pages but the first have instead; nil for the same.
    package var rest: Rest?

    /// Paging with every default.
    package init(_ walk: Walk) {
        self.walk = walk
    }

    /// What leads from a page to the next.
    package enum Walk: Sendable, Equatable {
        /// The URL of the next page.
        case next(ReplyPlace)
        /// Values that are put into the next request.
        case cursors([Cursor])
        /// An object whose members are merged into the first page's query.
        case merge(ReplyPlace)
        /// A number that counts on.
        case count(Counter)
    }

    /// A value that is put into the next request.
    package struct Cursor: Sendable, Equatable {
        /// Where it is.
        package var place: ReplyPlace
        /// Where it goes.
        package var target: Target
        /// Whether the chain goes on without it.
        package var isOptional: Bool

        /// A cursor.
        package init(_ place: ReplyPlace, to target: Target, isOptional: Bool = false) {
            self.place = place
            self.target = target
            self.isOptional = isOptional
        }
    }

    /// Where a value goes in a request.
    package enum Target: Sendable, Equatable {
        /// A parameter of the URL, whose value it replaces.
        case parameter(String)
        /// A place in the body, which is JSON.
        case body([JSONStep])
        /// A field of the header.
        case header(String)
    }

    /// A number that counts on with each page.
    package struct Counter: Sendable, Equatable {
        /// Where it goes.
        package var target: Target
        /// That of the first page.
        package var start: Int
        /// How it counts.
        package var unit: Unit
        /// How many items a page has, as it is asked for; nil where that is the server's choice.
        package var size: Int?

        /// What a step of the number is.
        package enum Unit: Sendable, Equatable {
            /// One a page.
            case pages
            /// As many as a page's size, asked for or, without that, those of the first page.
            case items
            /// As many as items have come.
            case received
        }

        /// A counter.
        package init(_ target: Target, start: Int, unit: Unit, size: Int?) {
            self.target = target
            self.start = start
            self.unit = unit
            self.size = size
        }
    }

    /// What a page that was asked for before means.
    package enum Repeat: String, Sendable, CaseIterable {
        case error
        case end
        case allow
    }

    /// What a page without items means.
    package enum Empty: String, Sendable, CaseIterable {
        case end
        case goOn = "go_on"
        case fail
        /// It is asked for again, as long as the total says that there is more.
        case retry
    }

    /// At which scheme, host and port the next page is asked for.
    package enum Origin: String, Sendable, CaseIterable {
        /// That of the link, which must be the first page's.
        case link
        /// That of the first page, whatever the link says.
        case first
        /// That of the link, whatever it is, unless the request refers to secrets. No header fields go there.
        case any
    }

    /// By what a reply says that the place in the list is not known any more, and what is done.
    package struct Expired: Sendable, Equatable {
        /// Its status; nil for any.
        package var status: Int?
        /// What its body says; nil for anything.
        package var test: ReplyTest?
        /// Whether the list is read again from its first page, in place of what was read; else the page fails.
        package var restarts = true
        /// No status and no test.
        package init() {}
    }

    /// What the requests of all pages but the first have instead.
    package struct Rest: Sendable, Equatable {
        /// The URL; nil for the same.
        package var url: String?
        /// The body, JSON; nil for the same.
        package var json: String?
        /// Nothing else.
        package init() {}
    }

    /// The places that are read of each page.
    package var places: [ReplyPlace] {
        var places: [ReplyPlace] = [total, pageCount, until?.place, expired?.test?.place].compactMap { $0 }
        switch walk {
        case .next(let place), .merge(let place): places.append(place)
        case .cursors(let cursors): places += cursors.map(\.place)
        case .count: break
        }
        return places
    }

    /// Whether something is put into the body.
    package var writesBody: Bool {
        let targets: [Target]
        switch walk {
        case .cursors(let cursors): targets = cursors.map(\.target)
        case .count(let counter): targets = [counter.target]
        case .next, .merge: targets = []
        }
        return targets.contains { if case .body = $0 { true } else { false } }
    }

    /// Whether the pages are numbered, so that an empty one is the end.
    package var isNumbered: Bool { if case .count = walk { true } else { false } }
}
