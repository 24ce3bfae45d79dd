public import CrawlCore

/// A job file that was read and found to be in order.
public struct JobDocument: Sendable, Equatable {
    /// The job, typed, with every default filled in.
    public let spec: JobSpec
    /// The document as JSON on one line, as it is stored in `jobs.spec`.
    ///
    /// It says what the user wrote and no more: keys in the order of the file, anchors resolved, no defaults.
    /// Only the name is filled in, `urls_from` made absolute, and user names and passwords taken out of the URLs. Read
    /// again, it gives the same ``spec`` but for these.
    public let json: String

    /// Reads and checks the text of a job, YAML or JSON.
    ///
    /// - Throws: ``JobFileError`` for the first mistake, in the order of the file once it parses as YAML.
    public init(yaml: String, source: JobSource) throws(JobFileError) {
        try self.init(yaml: yaml, source: source, unsupported: UnsupportedKeys.table)
    }

    /// Reads a job, the keys included whose behaviour is yet to come.
    package init(yamlWithKeysToCome yaml: String, source: JobSource) throws(JobFileError) {
        try self.init(yaml: yaml, source: source, unsupported: [])
    }

    private init(yaml: String, source: JobSource, unsupported: [UnsupportedKeys.Key]) throws(JobFileError) {
        var composer = YAMLComposer(text: yaml, source: source)
        var root = try composer.compose()

        var spec = JobSpec(name: source.name)
        let cursor = Cursor(node: root, path: "", source: source, unsupported: unsupported)
        try JobSchema.root.read(cursor, into: &spec)
        if source.isNameFixed { spec.name = source.name }
        // A name from the document was checked where it stands.
        if let problem = JobName.problem(with: spec.name) {
            throw source.failure(at: root.position, keyPath: "name", problem)
        }
        // Who follows links asks for pages that nobody chose, of a host that did not ask for it.
        if spec.follow != nil, try !cursor.entries().contains(where: { $0.key == "delay" }) {
            spec.delay = .milliseconds(500)
        }
        guard !spec.urls.isEmpty || spec.urlsFrom != nil || !spec.sitemaps.isEmpty else {
            throw source.failure(
                at: root.position, "nothing to fetch; write urls: [\"https://example.org/\"], or urls_from")
        }

        root.set("name", to: spec.name)
        if case .file(let path) = spec.urlsFrom { root.set("urls_from", to: path) }
        self.spec = spec
        root.mapTexts(in: "urls") { $0.withoutUserInfo }
        self.json = root.json
    }

    /// Reads and checks a job file.
    ///
    /// - Parameter path: the file, relative to the working directory.
    /// - Throws: ``JobFileError`` where the file cannot be read, is a directory, is larger than 64 MiB or is
    ///   not UTF-8, and as ``init(yaml:source:)`` does.
    public static func load(path: String) throws(JobFileError) -> JobDocument {
        let source = JobSource.file(path)
        return try JobDocument(yaml: JobFileText.read(path: path, source: source), source: source)
    }

    /// Reads and checks a job file on standard input.
    ///
    /// - Throws: ``JobFileError`` as ``load(path:)`` does.
    public static func loadStandardInput() throws(JobFileError) -> JobDocument {
        let source = JobSource.standardInput
        return try JobDocument(yaml: JobFileText.read(descriptor: 0, source: source), source: source)
    }
}
