package import CrawlCore

/// A job file that was read and found to be in order.
package struct JobDocument: Sendable, Equatable {
    /// The job, typed, with every default filled in.
    package let spec: JobSpec
    /// The document as JSON on one line, as it is stored in `jobs.spec`.
    ///
    /// It says what the user wrote and no more: keys in the order of the file, anchors resolved, no defaults.
    /// Only the name is filled in, paths are made absolute, and user names and passwords taken out of the URLs. Read
    /// again, it gives the same ``spec`` but for these.
    package let json: String
    /// What it was read from.
    private let text: String
    private let source: JobSource

    /// Reads and checks the text of a job, YAML or JSON.
    ///
    /// - Throws: ``JobFileError`` for the first mistake, in the order of the file once it parses as YAML.
    package init(yaml: String, source: JobSource) throws(JobFileError) {
        try self.init(yaml: yaml, source: source, variables: nil)
    }

    /// - Parameter overrides: values of variables to be filled in; nil leaves the references to variables as they are.
    private init(
        yaml: String, source: JobSource, variables overrides: [String: String]?
    ) throws(JobFileError) {
        var composer = YAMLComposer(text: yaml, source: source)
        var root = try composer.compose()

        var spec = JobSpec(name: source.name)
        if let overrides { try root.fillVariables(overrides, source: source) }
        root.resolveTokenFiles(source)
        root = RelativePaths.absolute(job: root, source)
        let cursor = Cursor(node: root, path: "", source: source)
        try JobSchema.root.read(cursor, into: &spec)
        if let requests = root["requests"] {
            // The requests are read once more, since settings of the job that apply to them may stand below them.
            let requests = Cursor(node: requests, path: "requests", source: source)
            spec.requests = try JobSchema.requests(requests, spec)
            try ForEachSchema.checkItems(of: spec.requests, requests)
            guard spec.keepRuns == 0 || !spec.requests.contains(where: { $0.since != nil }) else {
                throw requests.failure(
                    "since asks for what is new only, and keep_runs deletes what is older; remove one of them"
                )
            }
            // A job with API calls ignores robots.txt by default: somebody chose each request.
            if root["robots"] == nil { spec.robots = .ignore }
            if root["keep_body"] == nil { spec.keepBody = .text }
        }
        if source.isNameFixed { spec.name = source.name }
        // A name from the document was checked where it stands.
        if let problem = JobName.problem(with: spec.name) {
            throw source.failure(at: root.position, keyPath: "name", problem)
        }
        // A job that follows or checks links requests what nobody chose one by one, so it is slower by default.
        if spec.follow != nil || spec.check != nil, root["delay"] == nil { spec.delay = .milliseconds(500) }
        try FollowSchema.checkDateLimit(of: spec, cursor)
        try CredentialCheck.check(spec, cursor)
        try ScheduleSchema.check(spec, cursor)
        guard
            !spec.urls.isEmpty || !spec.requests.isEmpty || spec.urlsFrom != nil || !spec.sitemaps.isEmpty
        else {
            throw source.failure(
                at: root.position, "nothing to fetch; write urls: [\"https://example.org/\"], or urls_from")
        }

        root.set("name", to: spec.name)
        if case .file(let path) = spec.urlsFrom { root.set("urls_from", to: path) }
        if let command = spec.onFinish?.exec, !command.isEmpty {
            root.set("exec", in: "on_finish", to: command)
        }
        if let file = spec.request.cookieFile { root.set(["request", "cookies", "file"], to: file.path) }
        self.spec = spec
        root.mapTexts(in: "urls") { $0.withoutUserInfo }
        root.mapTexts(in: "requests", at: "url") { $0.withoutUserInfo }
        self.json = root.json
        self.text = yaml
        self.source = source
    }

    /// The job with its variables filled in, as a run of it has them.
    ///
    /// - Parameter overrides: values that take precedence over `vars`, by name; read as plain scalars of YAML.
    /// - Throws: ``JobFileError`` where a variable has no value, or the job is none with it.
    package func fillingVariables(_ overrides: [String: String]) throws(JobFileError) -> JobDocument {
        guard !overrides.isEmpty || text.contains("${var:") else { return self }
        return try JobDocument(yaml: text, source: source, variables: overrides)
    }

    /// The job with this many requests at once, to one host and in total.
    package func with(concurrency count: Int) throws(JobFileError) -> JobDocument {
        var composer = YAMLComposer(text: text, source: source)
        var root = try composer.compose()
        let position = root.position
        let number = DocumentNode(content: .number("\(count)"), position: position)
        let entries = ["total", "per_host"].map {
            DocumentNode.Entry(key: $0, position: position, value: number)
        }
        root.set("concurrency", to: DocumentNode(content: .mapping(entries), position: position))
        return try JobDocument(yaml: root.json, source: source)
    }

    /// A mistake of the value of a key that shows only when the job is run.
    ///
    /// - Parameters:
    ///   - key: with those around it, `request.proxy`.
    ///   - message: what is wrong and what to do about it.
    package func mistake(at key: String, _ message: String) -> JobFileError {
        var composer = YAMLComposer(text: text, source: source)
        let root = try? composer.compose()
        let value = key.split(separator: ".").reduce(root) { $0?[String($1)] }
        return source.failure(at: value?.position, keyPath: key, message)
    }

    /// A mistake of the first text that holds a reference: a secret that is not to be had.
    ///
    /// - Parameters:
    ///   - reference: the reference as it is written, `${env:API_KEY}`.
    ///   - message: what is wrong and what to do about it.
    /// - Returns: the mistake with its place; nil where no text of the document holds the reference.
    package func mistake(of reference: TextReference, _ message: String) -> JobFileError? {
        let written = reference.description
        guard text.contains(written) else { return nil }
        var composer = YAMLComposer(text: text, source: source)
        guard let root = try? composer.compose(),
            let place = Cursor(node: root, path: "", source: source).first(holding: written)
        else { return nil }
        return place.failure(message)
    }

    /// Whether it was put together from the command line, and so has no lines of its own.
    package var isOfCommandLine: Bool { source == .commandLine(name: source.name) }

    /// Whether two documents describe the same job, wherever they were read from.
    package static func == (one: JobDocument, other: JobDocument) -> Bool {
        one.spec == other.spec && one.json == other.json
    }

    /// Reads and checks a job file.
    ///
    /// - Parameter path: the file, relative to the working directory.
    /// - Throws: ``JobFileError`` where the file cannot be read, is a directory, is larger than 64 MiB or is
    ///   not UTF-8, and as ``init(yaml:source:)`` does.
    package static func load(path: String) throws(JobFileError) -> JobDocument {
        let source = JobSource.file(path)
        return try JobDocument(yaml: JobFileText.read(path: path, source: source), source: source)
    }

    /// Reads and checks a job file on standard input.
    ///
    /// - Throws: ``JobFileError`` as ``load(path:)`` does.
    package static func loadStandardInput() throws(JobFileError) -> JobDocument {
        let source = JobSource.standardInput
        return try JobDocument(yaml: JobFileText.read(descriptor: 0, source: source), source: source)
    }
}
