/// Where a value of a reply is.
package enum ReplyPlace: Hashable, Sendable {
    /// In the body: a path of RFC 9535, of names, indexes and `[*]`. Of several values that it leads to the first counts, or the
    /// last after `[-1]`.
    case json(String)
    /// In a field of the header, by its name in lower case.
    case header(String)
    /// In the field `Link` of the header, the target with `rel=next` (RFC 8288).
    case link
    /// The type of the body, without parameters, in lower case.
    case type
    /// In an XML body: a path of XPath that is followed while it comes. The first value counts.
    case xpath(String)
    /// In the last item of the page, by a path within the item.
    case item(String)

    /// What a job file writes of it.
    package var text: String {
        switch self {
        case .json(let path), .item(let path), .xpath(let path): path
        case .header(let name): name
        case .link: "Link"
        case .type: "the type"
        }
    }
}

/// A value of a reply.
package struct ReplyValue: Sendable, Equatable {
    /// Its text in JSON.
    package let json: String
    /// The value as a text: a string without quotes and escapes, a number or truth value as it was written; nil for null, lists
    /// and objects.
    package let text: String?
    /// The members of an object that have a text, by name; empty for anything else.
    package let members: [RequestTemplate.Parameter]

    /// A value; nothing is checked.
    package init(json: String, text: String?, members: [RequestTemplate.Parameter] = []) {
        self.json = json
        self.text = text
        self.members = members
    }

    /// A text that is no JSON, such as that of a header field.
    package init(text: String) {
        self.init(json: "\"\(JSONText.escaped(text))\"", text: text)
    }

    /// Whether it says that there is nothing more: null, false, an empty text, list or object.
    package var isNothing: Bool {
        if let text { return text.isEmpty || json == "false" }
        let bare = json.utf8.filter { $0 > 0x20 }
        return bare.elementsEqual("null".utf8) || bare.elementsEqual("[]".utf8)
            || bare.elementsEqual("{}".utf8)
    }

    /// The whole number that it is; nil where it is none, or is below zero.
    package var count: Int? {
        guard let text, let count = Int(text), count >= 0 else { return nil }
        return count
    }
}

/// What a value of a reply has to be.
package struct ReplyTest: Sendable, Equatable {
    /// Where the value is.
    package let place: ReplyPlace
    /// What it has to be.
    package let wanted: Wanted

    /// What a value has to be.
    package enum Wanted: Sendable, Equatable {
        /// A scalar, by its text; `null` for null.
        case value(String)
        /// Not there, or null.
        case absent
        /// There, and not null.
        case present
    }

    /// A test; nothing is checked.
    package init(_ place: ReplyPlace, _ wanted: Wanted) {
        self.place = place
        self.wanted = wanted
    }

    /// Whether a value passes.
    package func passes(_ value: ReplyValue?) -> Bool {
        let isThere = value.map { $0.text != nil || $0.json != "null" } ?? false
        return switch wanted {
        case .value("null"): value != nil && !isThere || value?.text == "null"
        case .value(let text): value?.text == text
        case .absent: !isThere
        case .present: isThere
        }
    }
}

extension ReplyTest: CustomStringConvertible {
    /// What it asks for, for messages.
    package var description: String {
        switch wanted {
        case .value(let text): "\(place.text) is \(text)"
        case .absent: "\(place.text) is absent"
        case .present: "\(place.text) is there"
        }
    }
}
