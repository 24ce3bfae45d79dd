internal import CrawlCore

extension JobDocument {
    /// What a database cannot have whose runs are shared: a refresh token may be good once, and the first runner to use it would lock the
    /// others out. Nil where the job has none.
    package var mistakeOfSharedRuns: JobFileError? {
        func refreshes(_ auth: CredentialSpec?) -> Bool {
            if case .oauth(let oauth)? = auth { oauth.refreshes } else { false }
        }
        let message =
            "other runners may share a run in this database, and a refresh token may be good once; keep the job in a file, or use client_secret alone"
        if refreshes(spec.request.auth) { return mistake(at: "request.auth", message) }
        guard let index = spec.requests.firstIndex(where: { refreshes($0.auth) }) else { return nil }
        return mistake(at: "requests[\(index)].auth", message)
    }
}
