/// The circuit breaker of one host: after some failures to connect in a row the host is left alone, then probed with
/// one request at a time, after longer and longer waits, and given up in the end.
///
/// A host that can be reached has no circuit: any answer drops it.
package struct HostCircuit: Sendable, Equatable {
    /// Whether requests may go out.
    package enum State: Sendable, Equatable {
        /// Requests may go out.
        case closed
        /// No request may go out before the instant. Then one may, as a probe.
        case open(until: MonotonicInstant)
        /// A probe is under way; no other request may go out.
        case halfOpen
        /// No request may go out in this run.
        case givenUp
    }

    /// What a failure to connect means for its page.
    package enum Verdict: Sendable, Equatable {
        /// The failure is the page's own: the attempt counts.
        case counted
        /// The failure is the host's: the page is pending again, not before the instant, and has used no attempt.
        case setAside(until: MonotonicInstant)
        /// The host is given up: its pages fail as `host_unavailable`.
        case givenUp
    }

    /// Failures in a row that counted, probes included. This and the end of the wait are all that is stored of a
    /// circuit.
    package private(set) var failures = 0
    /// Where the circuit stands.
    package private(set) var state = State.closed

    /// A circuit without failures.
    package init() {}

    /// The circuit as another run, or another process, has left it. A probe that was under way is made again, and a
    /// host that was given up gets one more.
    ///
    /// - Parameters:
    ///   - failures: what ``failures`` was.
    ///   - wait: what is left of the wait. It is cut to the policy's longest wait, since the clock may have been set
    ///     back meanwhile.
    package init(restoring failures: Int, wait: Duration, policy: Policy, now: MonotonicInstant) {
        self.failures = min(max(failures, 0), policy.failures + policy.probes - 1)
        guard self.failures >= policy.failures else { return }
        state = .open(until: now + min(max(wait, .zero), policy.longestWait))
    }

    /// Whether a request may start now.
    ///
    /// - Parameter inFlight: requests to the host that are under way. A probe waits until there are none, so that a
    ///   failure while the probe is under way is the probe's.
    package func allowsStart(inFlight: Int, now: MonotonicInstant) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): until <= now && inFlight == 0
        case .halfOpen, .givenUp: false
        }
    }

    /// When an open circuit lets a probe out; nil where it is not open.
    package var probeAt: MonotonicInstant? {
        if case .open(let until) = state { until } else { nil }
    }

    /// Notes that a request starts, which ``allowsStart(inFlight:now:)`` has allowed: where the circuit was open, the
    /// probe.
    package mutating func started() {
        if case .open = state { state = .halfOpen }
    }

    /// Notes that a request ended without telling anything about the host: it was cut off, or never went out. If it
    /// was the probe, another may start.
    package mutating func abandoned(now: MonotonicInstant) {
        if state == .halfOpen { state = .open(until: now) }
    }

    /// Notes a failure to connect.
    ///
    /// - Parameter fraction: the random part of the wait, from 0 to 1.
    package mutating func failed(fraction: Double, policy: Policy, now: MonotonicInstant) -> Verdict {
        switch state {
        case .closed, .halfOpen: failures += 1
        // The request was sent before the circuit opened. That the host was unreachable then is known already.
        case .open(let until): return .setAside(until: until)
        case .givenUp: return .givenUp
        }
        guard failures >= policy.failures else { return .counted }
        let probes = failures - policy.failures
        guard probes < policy.probes else {
            state = .givenUp
            return .givenUp
        }
        let until = now + policy.wait(afterProbes: probes, fraction: fraction)
        state = .open(until: until)
        return .setAside(until: until)
    }
}

extension HostCircuit {
    /// When circuits open, and how long they stay so.
    package struct Policy: Sendable, Equatable {
        /// Failures in a row that open a circuit. The default is 10.
        package var failures = 10
        /// Probes that may fail in a row before the host is given up. The default is 5: a quarter of an hour.
        package var probes = 5
        /// The wait before the first probe; it doubles with each that fails. The default is 30 seconds.
        package var wait: Duration = .seconds(30)
        /// The longest wait. The default is 10 minutes.
        package var longestWait: Duration = .seconds(600)

        /// The defaults.
        package init() {}

        /// The wait after so many probes have failed: up to a quarter longer than its nominal length, so that hosts
        /// which went away together are not probed together.
        ///
        /// With the defaults 30 s, 60 s, 120 s, 240 s, 480 s.
        ///
        /// - Parameter fraction: the random part, from 0 to 1.
        package func wait(afterProbes probes: Int, fraction: Double) -> Duration {
            // Beyond 2^32 × 1 ms any wait has met the cap; more would overflow.
            let nominal = wait * (1 << min(max(probes, 0), 32))
            return min(longestWait, nominal * (1 + min(max(fraction, 0), 1) / 4))
        }
    }
}

extension ErrorKind {
    /// Whether a request with this error has reached its host; nil where that is not known.
    package var hasReachedHost: Bool? {
        switch self {
        case .dns, .connect, .tls, .timeoutConnect:
            false
        case .timeoutRead, .reset, .truncated, .tooLarge, .tooManyRedirects, .redirectLoop, .badRedirect,
            .badResponse, .decode, .httpStatus, .unexpected:
            true
        case .invalidURL, .unsupportedScheme, .timeoutTotal, .blockedAddress, .hostUnavailable, .cancelled,
            .internal:
            nil
        }
    }
}
