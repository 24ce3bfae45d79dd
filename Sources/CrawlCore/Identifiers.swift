/// The row id of a job.
package struct JobID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a run.
package struct RunID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a page.
package struct PageID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a host.
package struct HostID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a batch.
package struct BatchID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}
