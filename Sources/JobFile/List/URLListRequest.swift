internal import Foundation

/// A request that stands in a `urls_from` list as a JSON object.
public struct URLListRequest: Sendable, Equatable {
    /// The URL, not taken apart.
    public let url: String
    /// The name that results are known by; nil where the line gives none.
    public let name: String?

    /// A request for a URL, with or without a name.
    public init(url: String, name: String? = nil) {
        self.url = url
        self.name = name
    }
}

extension URLListRequest {
    /// The keys of a request in a job file that this version cannot act upon yet.
    private static let unsupportedKeys = [
        "method", "headers", "body", "json", "form", "query", "cookies", "accept",
    ]

    /// Reads a JSON object.
    static func parse(_ text: String) -> URLListLine {
        let object: [String: Value]
        do {
            object = try JSONDecoder().decode([String: Value].self, from: Data(text.utf8))
        } catch {
            return .failure("not valid JSON; write an object such as {\"url\": \"https://example.org/\"}")
        }
        // A dictionary has no order; the message should not depend on it.
        for key in object.keys.sorted() where key != "url" && key != "name" {
            return .failure(complaint(about: key))
        }
        guard let url = object["url"] else {
            return .failure("no url; write {\"url\": \"https://example.org/\"}")
        }
        guard case .text(let url) = url, !url.isEmpty else {
            return .failure("url: not a text; write \"https://example.org/\"")
        }
        switch object["name"] {
        case nil: return checked(URLListRequest(url: url, name: nil))
        case .text(let name) where !name.isEmpty: return checked(URLListRequest(url: url, name: name))
        default: return .failure("name: not a text; write one, or remove the key")
        }
    }

    private static func complaint(about key: String) -> String {
        if unsupportedKeys.contains(key) { return "\(key) is not supported by this version yet" }
        let known = ["url", "name"] + unsupportedKeys
        guard let nearest = Spelling.nearest(to: key, in: known) else { return "unknown key \"\(key)\"" }
        return "unknown key \"\(key)\"; did you mean \"\(nearest)\"?"
    }

    private static func checked(_ request: URLListRequest) -> URLListLine {
        for text in [request.url, request.name ?? ""] {
            if let reference = UnsupportedKeys.reference(in: text) {
                return .failure("\(reference)…} is not supported by this version yet")
            }
        }
        return .request(request)
    }

    /// A value of which only texts matter here.
    private enum Value: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            self = (try? decoder.singleValueContainer().decode(String.self)).map(Value.text) ?? .other
        }
    }
}
