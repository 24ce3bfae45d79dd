internal import CrawlCore

/// How the hosts of a job answer: how many pages each was asked for, and how long they took.
///
/// It knows a limited number of hosts. Where there are more, those that have not been heard of for the longest time are forgotten.
struct HostTimes: Sendable {
    /// A host.
    struct Host: Sendable, Equatable {
        /// Its key: scheme, name and port.
        let key: String
        /// Tries at its pages.
        var tries: Int64 = 0
        /// Of these, those that did not come to a page.
        var failed: Int64 = 0
        /// The times of the tries, added up, in microseconds.
        var sum: Int64 = 0
        /// The longest of them, in microseconds.
        var longest: Int64 = 0
        /// Unix milliseconds of the last one.
        var lastAt: Int64 = 0

        var meanMilliseconds: Int64 { tries > 0 ? sum / tries / 1000 : 0 }

        fileprivate mutating func add(_ microseconds: Int64, isFailure: Bool, at now: Int64) {
            tries += 1
            failed += isFailure ? 1 : 0
            sum += microseconds
            longest = max(longest, microseconds)
            lastAt = now
        }
    }

    private var hosts: [HostID: Host] = [:]
    private let limit: Int

    /// As many as a frontier knows at a time.
    init(limit: Int = 4_096) { self.limit = limit }

    var count: Int { hosts.count }

    /// Counts a try.
    ///
    /// - Parameter key: the host's key; asked for only once.
    mutating func add(
        _ host: HostID, key: @autoclosure () -> String, microseconds: Int64, isFailure: Bool, at now: Int64
    ) {
        if hosts[host]?.add(microseconds, isFailure: isFailure, at: now) != nil { return }
        if hosts.count >= limit { forget() }
        var new = Host(key: key())
        new.add(microseconds, isFailure: isFailure, at: now)
        hosts[host] = new
    }

    /// Forgets the half that was heard of the longest ago, so that this is seldom done.
    private mutating func forget() {
        let old = hosts.sorted { $0.value.lastAt < $1.value.lastAt }.prefix(max(1, limit / 2))
        for (host, _) in old { hosts[host] = nil }
    }

    /// The hosts with the largest mean time, the slowest first.
    func slowest(_ count: Int) -> [Host] {
        var slowest: [Host] = []
        for host in hosts.values {
            if slowest.count == count, let last = slowest.last, !Self.isSlower(host, last) { continue }
            let place = slowest.firstIndex { Self.isSlower(host, $0) } ?? slowest.count
            slowest.insert(host, at: place)
            if slowest.count > count { slowest.removeLast() }
        }
        return slowest
    }

    /// - Returns: whether one comes before another. Equal times go by the key, so that lines do not jump.
    private static func isSlower(_ one: Host, _ other: Host) -> Bool {
        let (a, b) = (one.meanMilliseconds, other.meanMilliseconds)
        return a == b ? one.key < other.key : a > b
    }
}
