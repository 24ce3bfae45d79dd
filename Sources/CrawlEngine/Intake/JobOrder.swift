package import CrawlCore
package import CrawlFetch
package import TrawlStore
package import JobFile
internal import Curl

/// A job as its next run is to have it, with its variables filled in and the places that its URLs are read from.
package struct JobOrder: Sendable {
    /// The job, its variables filled in.
    package let job: JobRecord
    /// What the job file says, whose URLs may carry user names and passwords; nil without a file.
    private let document: JobSpec?
    /// The descriptor of a list on standard input; nil where there is none to be read.
    private let standardInput: Int32?
    /// The folder whose pages take the place of the job's URLs; nil for none.
    private let folder: FolderSite?

    /// What a run of a job is to do.
    ///
    /// - Parameters:
    ///   - job: the job as it is stored.
    ///   - document: the job file, where it is at hand. It counts only where it says what is stored: as a rule the same;
    ///     another program may have changed the job meanwhile.
    ///   - variables: values that go before those of the job's `vars`, by name.
    ///   - standardInput: the descriptor of a list on standard input; nil where there is none to be read.
    ///   - folder: whose pages take the place of the job's URLs; nil, the default, for none.
    /// - Throws: `JobFileError` where a variable has no value, or the job is none with it.
    package init(
        _ job: JobRecord, document: JobDocument? = nil, variables: [String: String] = [:],
        standardInput: Int32? = 0, folder: FolderSite? = nil
    ) throws(JobFileError) {
        self.standardInput = standardInput
        self.folder = folder
        let document = document.flatMap { $0.json == job.spec ? $0 : nil }
        self.document = try document?.fillingVariables(variables).spec
        guard !variables.isEmpty || job.spec.contains("${var:") else {
            self.job = job
            return
        }
        let stored = try JobDocument(yaml: job.spec, source: .database(name: job.name))
        self.job = job.with(spec: try stored.fillingVariables(variables).json)
    }

    /// Reads the URLs of a run that ``RunOpening`` has begun. Blocks.
    ///
    /// A run that cannot be filled is deleted: no request has been made for it.
    ///
    /// - Parameters:
    ///   - credentials: takes the user names and passwords of the URLs.
    ///   - environment: where secrets are looked for; nil for them to be looked for when the run goes on.
    ///   - isWanted: asked now and then; false ends it.
    /// - Returns: the run with its pages, and what it is to do; nil where it was not wanted any more. Then it stays
    ///   `importing`, and the next runner begins anew.
    /// - Throws: ``NothingToFetch``, `SecretFailure` for a secret that is not to be had, `CookieFileError`, `URLListError`,
    ///   `JobFileError` or `StoreError`.
    package func fill(
        _ run: RunRecord, in store: any CrawlDatabase, _ credentials: URLCredentials,
        environment: FetchEnvironment?,
        isWanted: () -> Bool
    ) throws -> (run: RunRecord, spec: JobSpec)? {
        do {
            let stored = try JobDocument(yaml: job.spec, source: .database(name: job.name))
            let spec = stored.spec
            if store.sharesRuns, let mistake = stored.mistakeOfSharedRuns { throw mistake }
            _ = try spec.request.cookieFile?.read()
            // A secret that is missing is reported before the run has begun, and before its list is read.
            if let environment {
                _ = try RequestComposer(spec, environment: environment)
                for request in spec.requests { try environment.check(request.secrets) }
            }
            let marks = try SinceMarks(of: job, spec, store)
            var planned = document ?? spec
            planned.requests = marks.applied(to: planned.requests)
            var source = try JobURLs(planned, standardInput: standardInput, folder: folder)
            var listing = RunImport(
                store: store, run: run.id, limits: spec.limits, credentials: credentials,
                needsRequests: spec.hasAccessPerPage)
            guard var added = try listing.add(&source, progressed: { _ in isWanted() }) else { return nil }
            try environment?.check(listing.secrets)
            if !spec.sitemaps.isEmpty { added.add(try listing.add(sitemaps: spec.sitemaps)) }
            guard added.pages > 0 else { throw NothingToFetch() }
            let filled = try store.write { transaction in
                if let json = marks.json { try transaction.keepMarks(json, of: run.id) }
                try listing.finish(run.id, in: transaction)
                return try transaction.run(run.id)
            }
            return (filled ?? run, spec)
        } catch {
            try? store.write { try $0.failStart(of: job.id, run: run.id, error: "\(error)") }
            try? RunOpening.discard(run.id, store: store)
            throw error
        }
    }

    /// Looks whether the file of cookies of a run that goes on can be used.
    package static func checkCookieFile(of spec: JobSpec) throws(CookieFileError) {
        _ = try spec.request.cookieFile?.read()
    }

    /// Reads the user names and passwords of an unfinished run's URLs where they are: in its job file and list.
    ///
    /// - Returns: whether they were all to be had.
    /// - Throws: `URLListError` where the list cannot be opened.
    package func recover(
        _ credentials: URLCredentials, of run: RunRecord, _ stored: JobSpec
    ) throws(URLListError) -> Bool {
        let document = run.spec == job.spec ? document : nil
        var spec = document ?? stored
        let isComplete = (document != nil || stored.urls.isEmpty) && spec.urlsFrom != .standardInput
        if spec.urlsFrom == .standardInput { spec.urlsFrom = nil }
        var urls = try JobURLs(spec)
        try? credentials.add(&urls)
        return isComplete
    }
}

/// A job has neither a URL nor a sitemap.
package struct NothingToFetch: Error, CustomStringConvertible {
    /// One sentence for people, to be put behind the job's name.
    package var description: String { "there is no URL to fetch" }
}

extension FetchEnvironment {
    /// - Throws: `SecretFailure` for the first secret, by name, that is not to be had.
    fileprivate func check(_ secrets: Set<TextReference>) throws(SecretFailure) {
        for secret in secrets.sorted(by: { "\($0)" < "\($1)" }) { _ = try self.secret(secret).get() }
    }
}
