import CrawlCore
import Testing
import TrawlStore

@testable import TrawlPostgres

/// Which runners are gone is judged by a silence that was observed.
final class BeatJudgeTests {
    private var judge = BeatJudge()

    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(sinceBoot: .seconds(seconds)) }

    private func read(_ beats: [Int64: Int64], at seconds: Double, taking: Double = 0) -> [Int64] {
        let beats = Dictionary(uniqueKeysWithValues: beats.map { (RunnerID(rawValue: $0), $1) })
        return judge.note(beats, from: at(seconds), to: at(seconds + taking)).map(\.rawValue).sorted()
    }

    @Test func `the same number over half a minute means that a runner is gone`() {
        #expect(read([1: 5], at: 0) == [])
        #expect(read([1: 5], at: 10) == [])
        #expect(read([1: 5], at: 20) == [])
        #expect(read([1: 5], at: 29.9) == [])
        #expect(read([1: 5], at: 30) == [1])
    }

    @Test func `a runner whose number changes is alive, however late it is`() {
        for second in stride(from: 0.0, to: 25, by: 5) { #expect(read([1: 5], at: second) == []) }
        #expect(read([1: 6], at: 29) == [])
        for second in stride(from: 34.0, to: 59, by: 5) { #expect(read([1: 6], at: second) == []) }
        #expect(read([1: 6], at: 59) == [1])
    }

    @Test func `a number that went back after a failover is a change like any other`() {
        _ = read([1: 9], at: 0)
        _ = read([1: 9], at: 15)
        #expect(read([1: 7], at: 30) == [])
        #expect(read([1: 7], at: 45) == [])
        #expect(read([1: 7], at: 60) == [1])
    }

    @Test func `an observer that stood still begins anew`() {
        _ = read([1: 5], at: 0)
        _ = read([1: 5], at: 10)
        #expect(read([1: 5], at: 600) == [])
        #expect(read([1: 5], at: 610) == [])
        #expect(read([1: 5], at: 620) == [])
        #expect(read([1: 5], at: 630) == [1])
    }

    @Test func `two reads are too few, whatever lies between them`() {
        // A read may take long.
        _ = read([1: 5], at: 0)
        #expect(read([1: 5], at: 14, taking: 20) == [])
        #expect(read([1: 5], at: 35) == [1])
    }

    @Test func `time counts from the end of the first read to the beginning of the last`() {
        _ = read([1: 5], at: 0, taking: 8)
        _ = read([1: 5], at: 15)
        _ = read([1: 5], at: 29)
        #expect(read([1: 5], at: 37.9) == [])
        #expect(read([1: 5], at: 38) == [1])
    }

    @Test func `each runner is judged by itself, and one that was away begins anew`() {
        _ = read([1: 5, 2: 1], at: 0)
        _ = read([1: 5], at: 15)
        #expect(read([1: 5, 2: 1], at: 30) == [1])
        #expect(read([2: 1], at: 45) == [])
        #expect(read([1: 5, 2: 1], at: 60) == [2])
    }

    @Test func `a runner counts on its hosts for less than others listen`() {
        let lease = RunnerLease(since: at(100))
        #expect(lease.isTrusted(at: at(127.9)))
        #expect(!lease.isTrusted(at: at(128)))
        lease.renew(since: at(120))
        #expect(lease.isTrusted(at: at(147)))
        // What came through later and was begun earlier changes nothing.
        lease.renew(since: at(110))
        #expect(lease.isTrusted(at: at(147)))
        lease.lose()
        #expect(!lease.isTrusted(at: at(121)))
        #expect(RunnerLease.trust + .seconds(1) < RunnerLease.silence)
    }
}
