/// How a run under way is doing.
package struct RunActivity: Sendable, Equatable {
    /// Unix milliseconds when this was so.
    package var updatedAt: Int64 = 0
    /// Requests under way.
    package var inFlight = 0
    /// Hosts that are leased.
    package var hosts = 0
    /// Hosts that wait out something; also some that have just been let go of.
    package var hostsWaiting = 0
    /// Pages settled a second, over the last seconds; nil where that is not known yet.
    package var pagesPerSecond: Double?

    /// All zero.
    package init() {}
}
