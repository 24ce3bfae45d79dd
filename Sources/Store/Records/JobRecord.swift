package import CrawlCore

/// A row of `jobs`.
package struct JobRecord: Sendable {
    /// The job's row.
    package let id: JobID
    /// The name it is known by.
    package let name: String
    /// The job file as JSON, as its author wrote it.
    package let spec: String
    /// Whether runners leave it alone.
    package let isPaused: Bool
    /// Unix milliseconds when it was stored first.
    package let createdAt: Int64

    /// The job with another spec, which is not stored.
    package func with(spec: String) -> JobRecord {
        JobRecord(id: id, name: name, spec: spec, isPaused: isPaused, createdAt: createdAt)
    }

    /// What it says.
    package init(id: JobID, name: String, spec: String, isPaused: Bool, createdAt: Int64) {
        self.id = id
        self.name = name
        self.spec = spec
        self.isPaused = isPaused
        self.createdAt = createdAt
    }
}
