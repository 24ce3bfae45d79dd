internal import CrawlCore
internal import TrawlStore

/// Judges which runners are gone by a silence that it has observed itself.
///
/// Runners count their signs of life. One is gone where the same number was read at least three times over at least
/// ``RunnerLease/silence``, with no longer than ``longestGap`` between two reads. No clock of another machine is looked at: after a
/// failover, a step of a clock, a pause of this process or an outage the numbers are read anew, and everybody has the time again. A
/// judge belongs to one connection and ends with it, so that no reads are compared across a reconnection.
struct BeatJudge {
    /// What was read of a runner since its number changed.
    private struct Silence {
        let beat: Int64
        /// When the first of the reads had ended.
        let since: MonotonicInstant
        var reads = 1
    }

    private var silences: [RunnerID: Silence] = [:]
    private var lastRead: MonotonicInstant?

    /// The most time between two reads that belong together.
    static let longestGap: Duration = .seconds(15)
    /// The fewest reads that a verdict takes.
    static let fewestReads = 3

    /// Takes in the numbers of all runners.
    ///
    /// - Parameters:
    ///   - start: before they were read.
    ///   - end: after they were read.
    /// - Returns: the runners that are gone.
    mutating func note(
        _ beats: [RunnerID: Int64], from start: MonotonicInstant, to end: MonotonicInstant
    ) -> Set<RunnerID> {
        if let lastRead, start - lastRead > BeatJudge.longestGap { silences = [:] }
        lastRead = end
        var gone: Set<RunnerID> = []
        var next: [RunnerID: Silence] = [:]
        for (runner, beat) in beats {
            guard var silence = silences[runner], silence.beat == beat else {
                next[runner] = Silence(beat: beat, since: end)
                continue
            }
            silence.reads += 1
            next[runner] = silence
            if silence.reads >= BeatJudge.fewestReads, start - silence.since >= RunnerLease.silence {
                gone.insert(runner)
            }
        }
        silences = next
        return gone
    }
}
