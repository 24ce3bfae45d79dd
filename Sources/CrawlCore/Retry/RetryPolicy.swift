/// Which failures are tried again, how often, and after what wait.
package struct RetryPolicy: Sendable, Equatable {
    /// Tries in all, the first included. The default is 3; 1 means no retry.
    package var attempts = 3
    /// The wait before the second try, before jitter. The default is one second.
    package var delay: Duration = .seconds(1)
    /// The most that any wait grows to. The default is five minutes.
    package var maxDelay: Duration = .seconds(300)
    /// The longest wait that a server may ask for (`Retry-After`). A page whose server asks for more is not tried again. Nil, the
    /// default, cuts any wait to an hour (``RetryAfter/longest``).
    package var maxWait: Duration?
    /// Statuses that are tried again. The default is curl's `--retry` list (408, 429, 500, 502, 503, 504,
    /// 522, 524) and 425 (Too Early; RFC 8470, section 5.2).
    package var statuses: StatusSet = {
        var set = StatusSet()
        for status in [408, 425, 429, 500, 502, 503, 504, 522, 524] { set.insert(status...status) }
        return set
    }()
    /// Whether failures below HTTP (look-up, connection, time-out, broken body) are tried again. The default
    /// is true.
    package var transport = true
    /// Whether a reply that is not what it has to be (`expect`) is tried again. The default is not to.
    package var unexpected = false
    /// Whether a request whose method is not idempotent (`POST`, `PATCH`) is sent again where it may have been acted upon
    /// already. The default is not to.
    package var unsafe = false

    /// The defaults.
    package init() {}
}

extension RetryPolicy {
    /// Whether a failed try is worth another one.
    ///
    /// - Parameters:
    ///   - kind: what went wrong.
    ///   - status: the response's status, 0 where there was none.
    ///   - attempt: which try it was, from 1.
    package func retries(_ kind: ErrorKind, status: Int, attempt: Int) -> Bool {
        guard attempt < attempts else { return false }
        return switch kind {
        case .httpStatus: statuses.contains(status)
        case .unexpected: unexpected
        default: transport && kind.isTransient
        }
    }

    /// Whether a server asks for a longer wait than the job takes.
    ///
    /// - Parameter wait: what it asks for; nil for nothing.
    package func isTooLong(_ wait: Duration?) -> Bool {
        guard let wait, let maxWait else { return false }
        return wait > maxWait
    }

    /// The longest wait for a host that a job which asks an API waits out before it leaves the host's pages for a later go: the most
    /// that its own waits grow to, and ten seconds at least, as a `Retry-After` has whole seconds. Nil where ``maxWait`` decides.
    package var longestWait: Duration? { maxWait == nil ? max(maxDelay, .seconds(10)) : nil }

    /// Whether a response says that nothing was done of the request, so that it may be sent again whatever its method: 429
    /// (RFC 6585, section 4), 425 (RFC 8470, section 5.2), and 503 where it says when to come again (RFC 9110, section
    /// 15.6.4).
    ///
    /// - Parameter hasRetryAfter: whether there is a `Retry-After` that can be read.
    package static func isRefusal(_ status: Int, hasRetryAfter: Bool) -> Bool {
        status == 429 || status == 425 || status == 503 && hasRetryAfter
    }

    /// The wait after a failed try: exponential with full jitter, `random(0 … min(maxDelay, delay × 2ⁿ⁻¹))`
    /// (AWS Architecture Blog, "Exponential Backoff And Jitter").
    ///
    /// With the defaults the upper bounds are 1 s, 2 s, 4 s, 8 s … 256 s, 300 s, 300 s.
    ///
    /// - Parameters:
    ///   - attempt: which try failed, from 1.
    ///   - fraction: the random part, from 0 to 1.
    package func wait(afterAttempt attempt: Int, fraction: Double) -> Duration {
        // Beyond 2^32 × 1 ms every delay has met any sensible cap; bounding the exponent keeps the
        // multiplication from overflowing.
        let doublings = min(max(attempt - 1, 0), 32)
        let ceiling = min(maxDelay, delay * (1 << doublings))
        return ceiling * min(max(fraction, 0), 1)
    }
}

extension ErrorKind {
    /// Whether the same request may succeed later: the fault is the network's, or the server has a passing problem.
    /// It is not in the URL, and it is not the server's answer to it.
    package var isTransient: Bool {
        switch self {
        case .dns, .connect, .timeoutConnect, .timeoutRead, .timeoutTotal, .reset, .truncated:
            true
        case .invalidURL, .unsupportedScheme, .tls, .tooLarge, .tooManyRedirects, .redirectLoop,
            .badRedirect, .badResponse, .decode, .httpStatus, .blockedAddress, .hostUnavailable,
            .unexpected, .cancelled, .internal:
            false
        }
    }
}
