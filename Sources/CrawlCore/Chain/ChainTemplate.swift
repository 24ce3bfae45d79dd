/// For what a request is made again and again: the key `for_each` of a request.
package struct ForEach: Sendable, Equatable {
    /// The name of the request whose items they are; empty where they are rows of ``file``.
    package var request: String
    /// A table whose rows they are, by its absolute path; nil for items of a request.
    package var file: String?
    /// The steps to the value that `${item}` stands for; empty for the item itself.
    package var steps: [JSONStep]

    /// The column of a table that the value is in; nil where it is the whole row.
    package var column: String? {
        if case .name(let name)? = steps.first { name } else { nil }
    }

    /// One request for each item of another.
    package init(request: String, steps: [JSONStep], file: String? = nil) {
        self.request = request
        self.file = file
        self.steps = steps
    }
}

/// A request with places in it that the fields of an item fill: `${item}` and `${item.field}`.
///
/// A value is escaped for where it stands: in the path of a URL, in its query, in a header field, or in a body.
package struct ChainTemplate: Sendable, Equatable {
    private let name: String?
    private let method: String
    private let url: String
    private let query: [RequestTemplate.Parameter]
    private let details: JSONTree
    private let item: [JSONStep]
    private let sendsIdempotencyKey: Bool

    /// The template of a request; nil where it has no `for_each`, or is not to be read.
    package init?(_ request: RequestTemplate) {
        guard let forEach = request.forEach, let details = JSONTree(request.details ?? "{}") else {
            return nil
        }
        name = request.name
        method = request.effectiveMethod
        url = request.url
        query = request.query
        self.details = details
        item = forEach.steps
        sendsIdempotencyKey = request.sendsIdempotencyKey
    }

    /// Why an item makes no request.
    struct Fault: Error {
        let reason: String
    }

    /// The request for an item.
    ///
    /// - Parameters:
    ///   - value: the item, JSON.
    ///   - parent: the page that the item is on.
    package func page(for value: String, of parent: PageID) -> FollowingPage {
        let place = ChainPlace(first: parent, number: 1, firstURL: "")
        var page = FollowingPage(
            url: url, hostKeyLength: 0, name: name, method: method, details: details.text, place: place,
            onRepeat: .end)
        page.isOfItem = true
        do throws(Fault) {
            guard let tree = JSONTree(value) else { throw Fault(reason: "the item is not valid JSON") }
            let filler = ItemFiller(item: tree, steps: item)
            let text = try filledURL(filler)
            guard text.utf8.count <= Paginator.longestURL, let parsed = try? WebURL(parsing: text),
                parsed.isHTTP
            else { throw Fault(reason: "the item makes no URL: \(text.prefix(200))") }
            page.url = parsed.withoutCredentialsAndFragment
            page.hostKeyLength = parsed.hostKeyLength
            page.details = try filler.filled(details, at: []).text
            if sendsIdempotencyKey { page.idempotencyKey = UniqueID.random() }
            page.input = "{\"item\":\((try? filler.value(""))?.text ?? "null")}"
        } catch {
            page.end = .failed(.invalidURL, error.reason)
        }
        return page
    }

    private func filledURL(_ filler: ItemFiller) throws(Fault) -> String {
        let base = url.prefix { $0 != "#" }
        let path = base.prefix { $0 != "?" }
        var text = try filler.filled(String(path), ItemFiller.pathSegment)
        text += try filler.filled(String(base[path.endIndex...])) { value throws(Fault) in
            FormEncoding.encoded(value)
        }
        guard !query.isEmpty else { return text }
        var filled: [RequestTemplate.Parameter] = []
        for parameter in query {
            let value = try filler.filled(parameter.value) { value throws(Fault) in value }
            filled.append(RequestTemplate.Parameter(name: parameter.name, value: value))
        }
        var request = RequestTemplate(JobSpec(name: ""))
        (request.url, request.query) = (text, filled)
        return request.fullURL
    }

    /// What is wrong with the places of a request; nil where nothing is.
    package static func mistake(in request: RequestTemplate) -> String? {
        guard request.forEach != nil else {
            let texts = [request.url, request.details ?? ""] + request.query.map(\.value)
            return texts.contains(where: ItemFiller.hasPlaces) ? "${item} goes with for_each" : nil
        }
        let host = request.url.prefix(while: { $0 != "?" && $0 != "#" })
        let parts = host.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, !parts.prefix(3).contains(where: { ItemFiller.hasPlaces(String($0)) }) else {
            return "url: ${item} may stand in the path and in the query, and not in scheme, host and port"
        }
        return nil
    }
}

/// Fills the places of a request with the fields of one item.
struct ItemFiller {
    typealias Fault = ChainTemplate.Fault

    /// The item.
    let item: JSONTree
    /// The steps to the value that `${item}` stands for.
    let steps: [JSONStep]

    /// Whether a text has places.
    static func hasPlaces(_ text: String) -> Bool { text.contains("${item}") || text.contains("${item.") }

    /// A value as a segment of a path.
    static func pathSegment(_ value: String) throws(Fault) -> String {
        guard !value.isEmpty, value != ".", value != ".." else {
            throw Fault(reason: "the item's value \"\(value)\" would make the URL another one")
        }
        return FormEncoding.component(value)
    }

    /// The value of a place: `` for `${item}`, else the names of fields with dots between them.
    func value(_ path: String) throws(Fault) -> JSONTree {
        var steps = steps
        if !path.isEmpty { steps = path.split(separator: ".").map { .name(String($0)) } }
        var tree: JSONTree? = item
        for step in steps {
            switch (step, tree) {
            case (.name(let name), .some(let value)): tree = value[name]
            case (.index(let index), .list(let elements)?):
                tree = elements.indices.contains(index) ? elements[index] : nil
            default: tree = nil
            }
        }
        let name = path.isEmpty ? "value for ${item}" : "field \(path)"
        guard let tree, tree != .scalar("null") else { throw Fault(reason: "the item has no \(name)") }
        // What a server sends must not become a reference to a secret.
        guard !tree.hasReferences else {
            throw Fault(reason: "the item's \(name) looks like a reference to a secret")
        }
        return tree
    }

    /// The text of a place's value.
    private func text(_ path: String) throws(Fault) -> String {
        guard case .scalar(let json) = try value(path) else {
            throw Fault(
                reason: "the item's \(path.isEmpty ? "value" : "field \(path)") is a list or an object")
        }
        guard json.hasPrefix("\"") else { return json }
        guard let text = JSONTree.string(json) else { throw Fault(reason: "the item is not valid JSON") }
        guard !TextTemplate.hasReferences(text) else {
            throw Fault(reason: "the item's value looks like a reference to a secret")
        }
        return text
    }

    /// A text with its places filled.
    func filled(_ text: String, _ escape: (String) throws(Fault) -> String) throws(Fault) -> String {
        guard Self.hasPlaces(text) else { return text }
        var rest = text[...]
        var result = ""
        while let start = rest.firstRange(of: "${item") {
            let after = rest[start.upperBound...]
            guard after.first == "}" || after.first == ".", let end = after.firstIndex(of: "}") else {
                result += rest[..<start.upperBound]
                rest = after
                continue
            }
            result += rest[..<start.lowerBound]
            result += try escape(try self.text(String(after[..<end].dropFirst())))
            rest = after[after.index(after: end)...]
        }
        return result + rest
    }

    /// The other keys of a request with their places filled. A text of the JSON body that is one place takes the value with its
    /// type.
    func filled(_ tree: JSONTree, at path: [String]) throws(Fault) -> JSONTree {
        switch tree {
        case .list(let elements):
            var filled: [JSONTree] = []
            for element in elements { filled.append(try self.filled(element, at: path)) }
            return .list(filled)
        case .object(let members):
            var filled: [(name: String, value: JSONTree)] = []
            for member in members {
                // What is read of the reply has no places, and no server chooses a file.
                let isRead =
                    path.isEmpty && Self.unfilled.contains(member.name)
                    || path.first == "\"multipart\"" && member.name == "\"path\""
                let value = isRead ? member.value : try self.filled(member.value, at: path + [member.name])
                filled.append((member.name, value))
            }
            return .object(filled)
        case .scalar(let json):
            guard Self.hasPlaces(json), let text = JSONTree.string(json) else { return tree }
            if path.first == "\"json\"", text.hasPrefix("${item"),
                text.firstIndex(of: "}") == text.indices.last
            {
                return try value(String(text.dropFirst("${item".count).dropLast().dropFirst()))
            }
            let isHeader = path.first == "\"headers\""
            let value = try filled(text) { value throws(Fault) in
                guard !isHeader || RequestMessage.isFieldValue(value) else {
                    throw Fault(reason: "the item's value holds a line break, which no header field may")
                }
                return value
            }
            return .scalar("\"\(JSONText.escaped(value))\"")
        }
    }

    private static let unfilled: Set = [
        "\"items\"", "\"item_key\"", "\"paginate\"", "\"expect\"", "\"extract\"", "\"for_each\"",
        "\"throttle\"", "\"since\"", "\"pool\"", "\"rate\"", "\"body_file\"", "\"cacert\"", "\"cert\"",
        "\"key\"",
        "\"pinned_public_key\"", "\"proxy\"",
    ]
}
