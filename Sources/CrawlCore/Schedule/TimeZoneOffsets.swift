/// How far a place's clocks are from UTC: the port through which schedules see time zones.
package protocol TimeZoneOffsets: Sendable {
    /// Seconds east of UTC at an instant, in seconds since 1970.
    func offset(at instant: Int64) -> Int64
}

/// UTC itself, or any zone whose clocks are never changed.
package struct FixedOffset: TimeZoneOffsets {
    /// Seconds east of UTC.
    package let seconds: Int64

    /// A zone this many seconds east of UTC. The default is UTC.
    package init(seconds: Int64 = 0) { self.seconds = seconds }

    /// The same at every instant.
    package func offset(at instant: Int64) -> Int64 { seconds }
}

extension TimeZoneOffsets {
    /// What clocks show at an instant, as seconds since 1970 by those clocks.
    func local(_ instant: Int64) -> Int64 { instant + offset(at: instant) }

    /// The day that clocks show at an instant, in days since 1 January 1970.
    package func daysSince1970(at instant: Int64) -> Int64 {
        let seconds = local(instant)
        return seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    }

    /// The instant at which a day begins, in seconds since 1970.
    ///
    /// - Parameter days: the day, in days since 1 January 1970.
    package func start(ofDay days: Int64) -> Int64 { instant(ofLocal: days * 86_400) }

    /// The first instant at which clocks show a time; where they skip it, the instant at which they do.
    ///
    /// A change of the clocks is looked for within a day on either side.
    func instant(ofLocal local: Int64) -> Int64 {
        let day: Int64 = 86_400
        let before = offset(at: local - day)
        let after = offset(at: local + day)
        // The larger offset gives the earlier instant.
        for candidate in [max(before, after), min(before, after)]
        where offset(at: local - candidate) == candidate {
            return local - candidate
        }
        // Skipped: the clocks go forward somewhere in between.
        var low = local - max(before, after)
        var high = local - min(before, after)
        while low < high {
            let middle = low + (high - low) / 2
            if self.local(middle) > local { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
