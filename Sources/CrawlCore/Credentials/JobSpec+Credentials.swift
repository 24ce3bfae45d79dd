extension JobSpec {
    /// The credentials that the job speaks of, in no order.
    package var credentials: [CredentialSpec] {
        [request.auth].compactMap { $0 } + requests.compactMap(\.auth)
    }

    /// The names of the requests that log in. They are made when a token is needed, and are no pages.
    package var loginRequests: Set<String> {
        var names: Set<String> = []
        for case .login(let login) in credentials { names.insert(login.request) }
        return names
    }

    /// Whether each page needs a request of its own to show who sends it, also where it is a plain GET otherwise.
    package var hasAccessPerPage: Bool { request.auth?.isPerRequest ?? false }

    /// The hosts that the job names to get tokens from: scheme, name and port.
    package var tokenHosts: Set<String> {
        var urls: [String] = []
        for case .oauth(let oauth) in credentials { urls.append(oauth.tokenURL) }
        let logins = loginRequests
        urls += requests.filter { $0.name.map(logins.contains) ?? false }.map(\.url)
        return Set(urls.compactMap { try? WebURL(parsing: $0).hostKey })
    }

    /// The hosts that the job's own keys name: scheme, name and port. Its credentials go to pages of these, where pages are found on the
    /// way.
    package var ownHosts: Set<String> {
        var keys = Set((sitemaps + requests.map(\.url)).compactMap { try? WebURL(parsing: $0).hostKey })
        for pattern in urls {
            guard let pattern = try? URLPattern(pattern) else { continue }
            // Ranges may stand in the host, too; a job with very many of them has a list instead.
            for url in pattern.prefix(10_000) {
                if let key = try? WebURL(parsing: url).hostKey { keys.insert(key) }
            }
        }
        return keys
    }
}
