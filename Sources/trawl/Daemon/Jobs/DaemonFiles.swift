internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import JobFile

/// The job files that a daemon was given.
struct DaemonFiles: Sendable {
    let paths: [String]

    /// Reads and checks every file, then stores the jobs that have changed.
    ///
    /// - Returns: the jobs, by name.
    /// - Throws: `CommandFailure`; then nothing was stored.
    func load(into store: any CrawlDatabase) throws -> [String: JobDocument] {
        let documents = try paths.map { path in
            do throws(JobFileError) {
                return try JobDocument.load(path: path)
            } catch {
                throw CommandFailure(.usage, error.description)
            }
        }
        try JobDocument.checkNames(documents.map(\.spec.name))
        do throws(StoreError) {
            try store.write { transaction in
                for document in documents
                where try transaction.job(named: document.spec.name)?.spec != document.json {
                    try transaction.saveJob(document, now: FetchEnvironment.system.wallClock())
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        return Dictionary(documents.map { ($0.spec.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
