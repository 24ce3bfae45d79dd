/// When a runner may start requests where runners share a rate (`rate.total`): the spans of time that it was given, one after another.
///
/// Within a span starts are an interval apart. The last one lies half an interval before the span's end at the latest, so that those of
/// two runners are never closer than half an interval, and as far apart as the job says on the whole.
package struct StartSlots: Sendable {
    private let interval: Duration
    private var spans: [Range<MonotonicInstant>] = []
    private var next: MonotonicInstant?

    /// No spans yet.
    package init(interval: Duration) {
        self.interval = interval
    }

    /// Adds a span of so many starts, behind those that there are.
    package mutating func give(from start: MonotonicInstant, count: Int) {
        spans.append(start..<start + interval * count)
    }

    /// Whether a start is allowed now; it counts as one.
    package mutating func take(now: MonotonicInstant) -> Bool {
        dropPast(now)
        guard let span = spans.first, max(span.lowerBound, next ?? span.lowerBound) <= now else {
            return false
        }
        next = now + interval
        return true
    }

    /// When a start is allowed next, as far as is known; nil where no span is left.
    package mutating func nextStart(now: MonotonicInstant) -> MonotonicInstant? {
        dropPast(now)
        return spans.first.map { max($0.lowerBound, next ?? $0.lowerBound) }
    }

    /// How much time of its spans is left.
    package mutating func left(now: MonotonicInstant) -> Duration {
        dropPast(now)
        return spans.reduce(.zero) { $0 + ($1.upperBound - max($1.lowerBound, now)) }
    }

    private mutating func dropPast(_ now: MonotonicInstant) {
        while let span = spans.first, max(now, next ?? now) > span.upperBound - interval / 2 {
            spans.removeFirst()
        }
    }
}
