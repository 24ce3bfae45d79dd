internal import CrawlCore
internal import JobFile

/// What to fetch, and how: a job file that was read and checked.
///
/// The keys are those of the program's job files, and mean the same.
public struct Job: Sendable {
    /// The name that the job has in a store.
    public var name: String { document.spec.name }

    let document: JobDocument
    let variables: [String: String]

    /// Reads a job from a text.
    ///
    /// - Parameters:
    ///   - yaml: YAML or JSON. Without a `name` the job is called `job`. Relative paths in it start from the working
    ///     directory.
    ///   - variables: values that go before those of the job's `vars`, by name. The default is none.
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/job`` for the first mistake, with its line and key.
    public init(yaml: String, variables: [String: String] = [:]) throws(TrawlError) {
        try self.init(variables) { () throws(JobFileError) in
            try JobDocument(yaml: yaml, source: .text(named: "job"))
        }
    }

    /// Reads a job file.
    ///
    /// - Parameters:
    ///   - path: the file. Without a `name` the job is called like the file. Relative paths in it start from its folder.
    ///   - variables: values that go before those of the job's `vars`, by name. The default is none.
    /// - Throws: ``TrawlError`` of kind ``TrawlError/Kind/job`` where it cannot be read, or for its first mistake.
    public init(file path: String, variables: [String: String] = [:]) throws(TrawlError) {
        try self.init(variables) { () throws(JobFileError) in try JobDocument.load(path: path) }
    }

    private init(
        _ variables: [String: String], _ read: () throws(JobFileError) -> JobDocument
    ) throws(TrawlError) {
        do throws(JobFileError) {
            document = try read()
            // A variable without a value is an error now, not when the job runs.
            _ = try document.fillingVariables(variables)
        } catch {
            throw TrawlError(error)
        }
        self.variables = variables
    }
}
