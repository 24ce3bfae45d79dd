/// Waits until something is true, and fails where it is not in time: the one way for a test to wait for what it cannot be told of.
///
/// - Parameters:
///   - what: what is waited for, for whoever reads of its failure.
///   - limit: how long. The default leaves room for a machine that does other things too.
///   - condition: asked again and again, at first after a millisecond, then less often. What it throws ends the wait.
/// - Throws: ``NeverHappened``; `CancellationError` where the test's time limit is over.
package func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(1)
    while !(try await condition()) {
        guard ContinuousClock.now - start < limit else { throw NeverHappened(what: what, limit: limit) }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
    }
}

/// What a test waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    package var description: String { "not within \(limit): \(what)" }
}
