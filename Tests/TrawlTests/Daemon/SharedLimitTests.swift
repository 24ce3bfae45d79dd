import Glibc
import LoopbackServer
import Testing

/// Jobs that a daemon runs at once share its `--concurrency`.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct SharedLimitTests {
    @Test func `a small job beside a big one gets its turns of a limit of one`() async throws {
        let bench = try Workbench()
        let big = try LoopbackServer { Site.page($0).delayed(by: .milliseconds(5)) }
        let small = try LoopbackServer { Site.page($0).delayed(by: .milliseconds(5)) }
        try bench.job("big", urls: [big.numbered(2_000)], "concurrency: {per_host: 8}")
        try bench.job("small", urls: [small.numbered(10)])
        let daemon = try bench.start("daemon", "--concurrency", "1", "big.yaml")
        await big.wait { $0.inFlight == 1 }

        _ = try await bench.trawl("add", "small.yaml")
        try await bench.until(
            "SELECT count(*) = 1 FROM runs JOIN jobs ON jobs.id = job_id WHERE name = 'small' AND runs.state = 'finished'",
            by: daemon)

        // On a busy machine the daemon sees the job late. What counts is how many turns the other job has from then on.
        let starts = small.log.map(\.startedAt)
        let (first, last) = (try #require(starts.min()), try #require(starts.max()))
        #expect(big.log.count { first <= $0.startedAt && $0.startedAt <= last } < 500)
        daemon.signal(SIGTERM)
        #expect(try await daemon.finished().code == 0)
    }
}
