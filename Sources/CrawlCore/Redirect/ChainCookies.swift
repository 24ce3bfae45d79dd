/// The cookies of one chain of redirects, which go with it and are forgotten at its end.
///
/// A host gets back what it has set itself, and nothing else: `Domain` and `Path` (RFC 6265, section 5.3) would only matter to other
/// hosts and other pages. At most ``limit`` cookies are kept, of at most 4,096 bytes each (section 6.1).
package struct ChainCookies: Sendable, Equatable {
    /// The most cookies that a chain keeps.
    package static let limit = 50
    private static let longest = 4_096

    private struct Cookie: Sendable, Equatable {
        let host: String
        let name: Substring
        let pair: String
    }

    private var cookies: [Cookie] = []

    /// No cookies.
    package init() {}

    /// Takes in the `Set-Cookie` fields of an answer.
    package mutating func take(_ fields: [String], from url: WebURL) {
        for field in fields.prefix(ChainCookies.limit) where field.utf8.count <= ChainCookies.longest {
            let pair = field.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "="), pair.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else {
                continue
            }
            let name = pair[..<equals].trimmingSpaces
            let host = url.hostKey
            cookies.removeAll { $0.host == host && $0.name == name }
            guard !name.isEmpty, cookies.count < ChainCookies.limit else { continue }
            cookies.append(
                Cookie(host: host, name: name, pair: "\(name)=\(pair[equals...].dropFirst().trimmingSpaces)"))
        }
    }

    /// What is sent as `Cookie` to a URL; nil for nothing.
    package func field(for url: WebURL) -> String? {
        guard !cookies.isEmpty else { return nil }
        let host = url.hostKey
        let pairs = cookies.filter { $0.host == host }.map(\.pair)
        return pairs.isEmpty ? nil : pairs.joined(separator: "; ")
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
