import Foundation
import Testing

/// Databases against the model of the port: the same random calls, the same replies, the same rows.
///
/// `TRAWL_WALK_TRACE=1` prints every turn.
@Suite(.timeLimit(.minutes(15)))
struct ModelWalkTests {
    /// How many walks are made; `TRAWL_WALKS` says otherwise.
    private static let walks = ProcessInfo.processInfo.environment["TRAWL_WALKS"].flatMap(UInt64.init) ?? 12
    /// The first walk's seed; `TRAWL_WALK_SEED` says otherwise.
    private static let firstSeed = ProcessInfo.processInfo.environment["TRAWL_WALK_SEED"].flatMap(UInt64.init)
    private static let steps = 150

    @Test(arguments: DatabaseFactory.all)
    func agreesWithTheModel(_ factory: DatabaseFactory) throws {
        let first = ModelWalkTests.firstSeed ?? 1
        var calls = 0
        for seed in first..<(first + ModelWalkTests.walks) {
            var walk = try Walk(seed: seed, try factory.make())
            var step = 0
            do {
                while step < ModelWalkTests.steps {
                    try walk.step()
                    step += 1
                }
                try walk.compareRows()
            } catch {
                Issue.record("seed \(seed), step \(step): \(error)")
                return
            }
            calls += walk.calls
        }
        print("\(ModelWalkTests.walks) walks, \(calls) calls")
    }
}
