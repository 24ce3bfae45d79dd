/// The row id of a job.
public struct JobID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    public let rawValue: Int64
    /// The row of this id.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a run.
public struct RunID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    public let rawValue: Int64
    /// The row of this id.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a page.
public struct PageID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    public let rawValue: Int64
    /// The row of this id.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a host.
public struct HostID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    public let rawValue: Int64
    /// The row of this id.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The row id of a batch.
public struct BatchID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    public let rawValue: Int64
    /// The row of this id.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}
