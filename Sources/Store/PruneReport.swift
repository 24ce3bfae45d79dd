/// What was deleted.
package struct PruneReport: Sendable, Equatable {
    /// Runs, and pages of them.
    package var runs = 0
    /// Pages of those runs.
    package var pages = 0

    /// Nothing.
    package init() {}
}
