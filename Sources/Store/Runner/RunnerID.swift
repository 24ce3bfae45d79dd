/// The row id of a runner.
package struct RunnerID: RawRepresentable, Hashable, Sendable {
    /// The id as SQLite keeps it.
    package let rawValue: Int64
    /// The row of this id.
    package init(rawValue: Int64) { self.rawValue = rawValue }
}
