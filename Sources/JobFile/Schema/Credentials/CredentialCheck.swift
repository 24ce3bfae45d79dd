internal import CrawlCore

/// What can be said of a job's credentials only once all of the job is read.
enum CredentialCheck {
    /// - Throws: ``JobFileError`` for the first credential that cannot do what it is to do.
    static func check(_ spec: JobSpec, _ cursor: Cursor) throws(JobFileError) {
        if let auth = spec.request.auth {
            try check(auth, at: "request.auth", spec, cursor)
            // Pages that are found have no requests of their own, which the others need.
            if auth.isPerRequest, spec.discoversPages {
                throw cursor.failure(
                    "request.auth: a job that finds pages (follow, check, sitemaps) takes bearer, basic, and api_key in a header; write one of these, or list the pages"
                )
            }
        }
        let logins = spec.loginRequests
        for (index, request) in spec.requests.enumerated() {
            let place = "requests[\(index)]"
            if let auth = request.auth { try check(auth, at: "\(place).auth", spec, cursor) }
            guard let name = request.name, logins.contains(name) else { continue }
            func refused(_ reason: String) -> JobFileError {
                cursor.failure("\(place): the request logs in, so \(reason)")
            }
            switch request.auth {
            case nil, .none?, .bearer?, .basic?, .apiKey?: break
            case .digest?, .oauth?, .login?, .awsSigV4?:
                throw refused("its own auth is one of bearer, basic and api_key, or left out")
            }
            guard request.paging == nil, request.items == nil, request.forEach == nil else {
                throw refused("it has no paginate, items or for_each; remove them")
            }
            guard let pattern = try? URLPattern(request.url), pattern.count == 1 else {
                throw refused("its URL has no ranges; write one URL")
            }
        }
    }

    private static func check(
        _ auth: CredentialSpec, at place: String, _ spec: JobSpec, _ cursor: Cursor
    ) throws(JobFileError) {
        guard case .login(let login) = auth else { return }
        guard spec.requests.contains(where: { $0.name == login.request }) else {
            throw cursor.failure(
                "\(place).login.request: there is no request with the name \"\(login.request)\"; write one that logs in"
            )
        }
    }
}
