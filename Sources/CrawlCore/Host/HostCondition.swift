/// How a host is doing, kept for whoever asks it next: after a restart, in the next run, from another process.
package struct HostCondition: Sendable, Equatable {
    /// How much longer the host asks to be left alone (`Retry-After`).
    package var snooze: Duration = .zero
    /// Starts a second that it takes; nil where it never said that it was too much.
    package var rate: Double?
    /// Failures to connect in a row.
    package var failures = 0
    /// How long until it is probed again; nil where its circuit is closed.
    package var probeAfter: Duration?

    /// A host of which nothing is known.
    package init() {}
}

/// What the end of a request tells of its host.
package enum HostSignal: Sendable, Equatable {
    /// It answers, whatever it says.
    case answered
    /// It is asked too often: 429 or 503. With the wait that it asks for, where it does.
    case throttled(wait: Duration?)
    /// It did not answer in time.
    case timedOut
    /// It answers, and says that it takes nothing more for so long.
    case exhausted(wait: Duration)
    /// No connection could be made.
    case unreachable
    /// Nothing.
    case none
}

extension HostSignal {
    /// What a failed or answered request tells.
    ///
    /// - Parameters:
    ///   - kind: what went wrong; nil where nothing did.
    ///   - status: of the response, 0 where there was none.
    ///   - wait: what its `Retry-After` asks for.
    package init(_ kind: ErrorKind?, status: Int, wait: Duration?) {
        if status == 429 || status == 503 {
            self = .throttled(wait: wait)
            return
        }
        switch kind {
        case nil: self = .answered
        case .timeoutRead?, .timeoutTotal?: self = .timedOut
        case let kind?:
            self = kind.hasReachedHost.map { $0 ? .answered : .unreachable } ?? .none
        }
    }
}
