extension LoopbackServer {
    /// The counters of one address, or of all addresses together.
    package struct Counters: Sendable, Equatable {
        /// How many requests have come, counted when the head was read.
        package internal(set) var requests = 0
        /// How many requests are in flight now: their head was read, and the last byte of the response is not yet written.
        package internal(set) var inFlight = 0
        /// The highest number of requests that were in flight at the same time.
        package internal(set) var peakInFlight = 0
        /// How many connections were accepted.
        package internal(set) var connections = 0
        /// How many connections are open now.
        package internal(set) var openConnections = 0
        /// The highest number of connections that were open at the same time.
        package internal(set) var peakConnections = 0
        /// The shortest time between the starts of two requests; nil before the second one.
        package internal(set) var leastGap: Duration?
        /// How many requests were not HTTP. Each was answered with 400, and its connection closed.
        package internal(set) var malformedRequests = 0
        /// How many bytes of finished responses were sent, heads included.
        package internal(set) var bytesSent = 0

        private var lastStart: ContinuousClock.Instant?

        mutating func start(at instant: ContinuousClock.Instant) {
            if let lastStart {
                // Requests on two connections may be seen in the wrong order.
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
