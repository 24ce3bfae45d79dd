/// How connections are made, where the user says so.
package struct NetworkOptions: Sendable, Equatable {
    /// The addresses of hosts that are not looked up. The default is none.
    package var resolve: [ResolvedHost] = []
    /// The interface, or the address of this machine, that connections are made from; nil, the default, for what the system chooses.
    package var interface: String?

    /// The defaults.
    package init() {}

    /// Whether the user has given the addresses of a URL's host.
    package func resolves(_ url: WebURL) -> Bool { resolve.contains { $0.covers(url) } }
}

/// The addresses that the user gives for a host and port, as curl's `--resolve` does: `HOST:PORT:ADDRESS[,ADDRESS]…`.
package struct ResolvedHost: Sendable, Equatable {
    /// As URLs have it; `*` for every host that has a name.
    private let host: String
    private let port: UInt16
    private let addresses: [IPAddress]

    /// - Returns: nil where the text is nothing of the kind. A host is a name or `*`, an address may have brackets around it.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let port = UInt16(parts[1]), port > 0, parts[1].first != "+",
            let host = parts[0] == "*" ? "*" : Self.host(parts[0])
        else { return nil }
        let addresses = parts[2].split(separator: ",", omittingEmptySubsequences: false).map(Self.address)
        self.host = host
        self.port = port
        self.addresses = addresses.compactMap(\.self)
        guard !addresses.contains(nil) else { return nil }
    }

    /// The host of a URL, as the URL Standard writes it.
    private static func host(_ text: Substring) -> String? {
        guard let url = try? WebURL(parsing: "http://\(text)/"), let host = url.host, !host.isEmpty,
            url.href == "http://\(host)/"
        else { return nil }
        return host
    }

    private static func address(_ text: Substring) -> IPAddress? {
        let isBare = text.contains(":") && !text.hasPrefix("[")
        guard let url = try? WebURL(parsing: "http://\(isBare ? "[\(text)]" : String(text))/"),
            url.pathAndQuery == "/", url.port == nil, !url.hasCredentials
        else { return nil }
        return url.hostAddress
    }

    /// The text in curl's notation (CURLOPT_RESOLVE(3)).
    package var curlText: String {
        let list = addresses.map { address in
            if case .v6 = address { "[\(address)]" } else { "\(address)" }
        }
        return "\(host):\(port):\(list.joined(separator: ","))"
    }

    /// Whether a URL is requested at these addresses.
    func covers(_ url: WebURL) -> Bool {
        let port = url.port.map(Int.init) ?? (url.scheme == "https" ? 443 : 80)
        return port == Int(self.port) && (host == "*" ? url.hostAddress == nil : host == url.host)
    }
}
