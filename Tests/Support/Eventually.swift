/// Waits until something is true, and fails where it is not in time: the one way for a test to wait for what it cannot be told of.
///
/// The time that counts is the time in which the test had its turn. Hundreds of tests share a few threads, and where all of these are
/// busy a pause of milliseconds may last for most of a minute. One round therefore counts as a quarter of a second at most.
///
/// - Parameters:
///   - what: what is waited for, for whoever reads of its failure.
///   - limit: how long. The default leaves room for a machine that does other things too.
///   - condition: asked again and again, at first after a millisecond, then less often. What it throws ends the wait.
/// - Throws: ``NeverHappened``; `CancellationError` where the test's time limit is over.
package func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    var waited = Duration.zero
    var pause = Duration.milliseconds(1)
    var roundStart = ContinuousClock.now
    while !(try await condition()) {
        guard waited < limit else { throw NeverHappened(what: what, limit: limit) }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
        let now = ContinuousClock.now
        waited += min(now - roundStart, .milliseconds(250))
        roundStart = now
    }
}

/// What a test waited for in vain.
package struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    package var description: String { "not within \(limit): \(what)" }
}
