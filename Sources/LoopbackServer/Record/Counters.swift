extension LoopbackServer {
    /// What has been counted for one address, or for all of them together.
    package struct Counters: Sendable, Equatable {
        /// Requests whose head was read.
        package internal(set) var requests = 0
        /// Requests in flight now: from the head being read to the response's last byte being written.
        package internal(set) var inFlight = 0
        /// The most requests that were in flight at any one time.
        package internal(set) var peakInFlight = 0
        /// Connections that were accepted.
        package internal(set) var connections = 0
        /// Connections that are open now.
        package internal(set) var openConnections = 0
        /// The most connections that were open at any one time.
        package internal(set) var peakConnections = 0
        /// The least time between the starts of two requests; nil before the second one.
        package internal(set) var leastGap: Duration?
        /// Requests that were not HTTP, and were answered with 400 and a closed connection.
        package internal(set) var malformedRequests = 0
        /// Bytes of finished responses, heads included.
        package internal(set) var bytesSent = 0

        private var lastStart: ContinuousClock.Instant?

        mutating func start(at instant: ContinuousClock.Instant) {
            if let lastStart {
                // On two connections they may be seen the other way round.
                let gap = max(lastStart.duration(to: instant), instant.duration(to: lastStart))
                leastGap = min(leastGap ?? gap, gap)
            }
            lastStart = max(lastStart ?? instant, instant)
            requests += 1
            inFlight += 1
            peakInFlight = max(peakInFlight, inFlight)
        }

        mutating func finish(bytesSent: Int) {
            inFlight -= 1
            self.bytesSent += bytesSent
        }

        mutating func connect() {
            connections += 1
            openConnections += 1
            peakConnections = max(peakConnections, openConnections)
        }

        mutating func disconnect() {
            openConnections -= 1
        }
    }
}
