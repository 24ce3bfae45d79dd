/// The next page where a value of the page leads to it.
extension Paginator {
    /// The next page; nil where nothing leads on.
    func following(_ reply: Reply) throws(Fault) -> FollowingPage? {
        var url = request.url
        var details = try rest()
        switch paging.walk {
        case .count: return nil
        case .next(let place):
            guard let value = reply.values[place], !value.isNothing else { return nil }
            url = try self.url(value, of: place, reply)
        case .cursors(let cursors):
            if let address = paging.rest?.url { url = address }
            for cursor in cursors {
                guard let value = reply.values[cursor.place], !value.isNothing else {
                    if cursor.isOptional { continue }
                    return nil
                }
                try put(try usable(value, of: cursor.place), at: cursor.target, &url, &details, cursor.place)
            }
        case .merge(let place):
            guard let value = reply.values[place], !value.isNothing else { return nil }
            guard !value.members.isEmpty else {
                throw Fault("\(place.text) is not an object of texts and numbers")
            }
            _ = try usable(value, of: place)
            url = request.place?.firstURL ?? request.url
            for member in value.members {
                url = URLQuery.setting(member.name, to: member.value, in: url)
            }
        }
        let place = next(request.number + 1, digest: reply.digest, items: reply.items)
        return try page(url, details, place)
    }

    /// A page of a URL that was made of texts, or of what a server sent.
    func page(_ text: String, _ details: JSONTree, _ place: ChainPlace) throws(Fault) -> FollowingPage {
        guard text.utf8.count <= Self.longestURL, let url = try? WebURL(parsing: text) else {
            throw Fault("the URL of the next page is no URL", kind: .invalidURL, url: text)
        }
        return FollowingPage(
            url: url.withoutCredentialsAndFragment, hostKeyLength: url.hostKeyLength, name: request.name,
            method: request.method, details: details.text, place: place, onRepeat: paging.onRepeat)
    }

    /// The details of the next page, before anything is put in.
    private func rest() throws(Fault) -> JSONTree {
        guard var tree = JSONTree(request.details) else { throw Fault("the request is not valid JSON") }
        guard request.number == 1 else { return tree }
        if let json = tree["json"], paging.expired?.restarts == true {
            _ = tree.set([.name("first_json")], to: json)
        }
        if let json = paging.rest?.json.flatMap(JSONTree.init) { _ = tree.set([.name("json")], to: json) }
        return tree
    }

    /// Puts a value into a request.
    func put(
        _ value: ReplyValue, at target: Paging.Target, _ url: inout String, _ details: inout JSONTree,
        _ place: ReplyPlace
    ) throws(Fault) {
        switch target {
        case .body(let steps):
            guard let tree = JSONTree(value.json), details.set([.name("json")] + steps, to: tree) else {
                throw Fault("there is no place in the body for \(place.text)")
            }
        case .parameter(let name):
            url = URLQuery.setting(name, to: value.text ?? value.json, in: url)
        case .header(let name):
            guard let text = value.text, RequestMessage.isFieldValue(text) else {
                throw Fault("\(place.text) is \(value.json.prefix(40)), which no header field may be")
            }
            let name = headerName(name, details)
            _ = details.set(
                [.name("headers"), .name(name)], to: .scalar("\"\(JSONText.escaped(text))\""))
        }
    }

    /// A header field as the request writes it.
    private func headerName(_ name: String, _ details: JSONTree) -> String {
        guard case .object(let fields)? = details["headers"] else { return name }
        let known = fields.first { $0.name.lowercased() == "\"\(name.lowercased())\"" }
        return known.map { String($0.name.dropFirst().dropLast()) } ?? name
    }

    /// The URL that a page names as the next.
    private func url(_ value: ReplyValue, of place: ReplyPlace, _ reply: Reply) throws(Fault) -> String {
        guard let text = value.text, value.json.utf8.count <= Self.longestURL else {
            throw Fault("\(place.text) is \(value.json.prefix(40)), not a URL")
        }
        if text.contains("{?") || text.contains("{&") || text.contains("{/") {
            throw Fault("the next link is a template (RFC 6570)", url: text)
        }
        // The dollar of what would be a reference to a secret is escaped.
        let safe = TextTemplate.hasReferences(text) ? text.replacing("${", with: "%24{") : text
        guard let base = try? WebURL(parsing: reply.url), let url = try? WebURL(parsing: safe, base: base)
        else {
            throw Fault("the next link is no URL", kind: .invalidURL, url: text)
        }
        guard url.isHTTP else {
            throw Fault("the next link has the scheme \(url.scheme)", kind: .unsupportedScheme, url: text)
        }
        guard let home = try? WebURL(parsing: request.place?.firstURL ?? request.url) else { return url.href }
        switch paging.origin {
        case .any:
            // What a request sends goes to its own host only; a body would go along.
            guard url.hostKey == home.hostKey || !TextTemplate.hasReferences(request.details) else {
                throw Fault(
                    "the next link leads to another origin, \(url.hostKey), and the request has secrets",
                    url: url.withoutCredentialsAndFragment)
            }
            return url.withoutCredentialsAndFragment
        case .first: return home.hostKey + url.pathAndQuery
        case .link:
            guard url.hostKey == home.hostKey else {
                let remedy = "; paginate.next.origin: first asks \(home.hostKey) instead"
                throw Fault(
                    "the next link leads to another origin, \(url.hostKey)\(url.host == home.host ? remedy : "")",
                    url: url.withoutCredentialsAndFragment)
            }
            return url.withoutCredentialsAndFragment
        }
    }
}

/// The query of a URL, of which single parameters are set.
package enum URLQuery {
    /// The URL with a parameter that has this value and no other.
    package static func setting(_ name: String, to value: String, in url: String) -> String {
        let fragment = url.firstIndex(of: "#") ?? url.endIndex
        let base = url[..<fragment]
        let pair = "\(FormEncoding.encoded(name))=\(FormEncoding.encoded(value))"
        guard let mark = base.firstIndex(of: "?") else { return "\(base)?\(pair)" }
        var isSet = false
        var parts: [String] = []
        for part in base[base.index(after: mark)...].split(separator: "&") {
            let key = part.prefix { $0 != "=" }
            guard decoded(key) == name else {
                parts.append(String(part))
                continue
            }
            if !isSet { parts.append(pair) }
            isSet = true
        }
        if !isSet { parts.append(pair) }
        return base[...mark] + parts.joined(separator: "&")
    }

    /// A name as it was before it was encoded.
    private static func decoded(_ text: Substring) -> String {
        let plain = text.replacing("+", with: " ")
        return String(decoding: [UInt8](percentDecoding: plain.utf8.span), as: UTF8.self)
    }
}
