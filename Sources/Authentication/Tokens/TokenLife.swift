package import CrawlCore

/// The life of a credential's token: when it is asked for, when it may be used, and what follows where it is refused.
///
/// There is one request for a token at a time, however many requests wait for it. It is a value: it is told what has happened and when,
/// in unix milliseconds.
///
/// - A token is renewed a little before it ends: by a fifth of its life, and by no more than a minute.
/// - A request that is refused (401) has the token renewed, unless that was done meanwhile, and is sent once more. Where that did not help,
///   no refusal has the token renewed for ten seconds, then twenty, and so on up to ten minutes. Where it did not help three times, with
///   no request accepted in between, the credential is given up.
/// - A request for a token that fails is tried again, as often as the job's `retry.attempts` says, and after the same waits. After that the
///   requests that wait for it fail, and for ten seconds, then twenty, up to ten minutes, those that come do so at once. Where the server
///   has understood and said no, that is for good.
package struct TokenLife: Sendable {
    /// What a request that needs the token is to do.
    package enum Need: Sendable, Equatable {
        /// Take this one.
        case use(String)
        /// Wait until something is known: a token is asked for, or will be at ``TokenLife/due``.
        case wait
        /// Ask for a token now, and wait for it.
        case ask
        /// Fail.
        case fail(TokenFault)
    }

    private struct Held: Sendable {
        let text: String
        let renewAt: Int64
        let endsAt: Int64
    }

    private enum Phase: Sendable {
        /// Nobody asks.
        case idle
        /// A token was asked for at this time.
        case asking(since: Int64)
        /// The last request failed; the next is sent at this time.
        case resting(until: Int64)
        /// Too many failed: nobody asks before this time; nil for never again.
        case givenUp(TokenFault, until: Int64?)
    }

    /// Which token it is, from 1; 0 before the first.
    package private(set) var generation = 0
    private var held: Held?
    private var phase = Phase.idle
    private let retry: RetryPolicy
    /// Requests for a token that failed in a row, since one was granted or the credential given up.
    private var failures = 0
    /// How often in a row the credential was given up for a time.
    private var pauses = 0
    /// How often in a row a new token was refused as the one before was.
    private var vain = 0
    /// The same, since a request was accepted.
    private var vainSinceAccepted = 0
    private var lastVain = 0
    /// Until then no refusal has the token renewed.
    private var quietUntil = Int64.min

    /// How long a token is good whose reply does not say so, in seconds.
    private static let usualLife: Int64 = 3600
    /// The longest life that is believed, in seconds: ten years.
    private static let longestLife: Int64 = 315_360_000
    /// The most that a token is renewed before its end, in milliseconds.
    private static let largestMargin: Int64 = 60_000
    /// The least time between two renewals of tokens that end at once, in milliseconds.
    private static let leastLife: Int64 = 10_000
    /// The first pause and the longest one, in milliseconds.
    private static let (pause, longestPause): (Int64, Int64) = (10_000, 600_000)
    /// How many new tokens may be refused before the credential is given up.
    private static let mostVain = 3

    /// No token yet.
    package init(retry: RetryPolicy) {
        self.retry = retry
    }

    /// What a request that needs the token is to do now.
    package mutating func need(now: Int64) -> Need {
        if let held, now < held.renewAt { return .use(held.text) }
        switch phase {
        case .asking: return .wait
        case .resting(let until) where now < until:
            // An old token that is still good is better than none.
            if let held, now < held.endsAt { return .use(held.text) }
            return .wait
        case .givenUp(let fault, let until):
            guard let until, now >= until else {
                if let held, now < held.endsAt { return .use(held.text) }
                return .fail(fault)
            }
        case .idle, .resting: break
        }
        phase = .asking(since: now)
        return .ask
    }

    /// When requests that wait are to ask again, in unix milliseconds; nil where an answer is awaited, or nothing is.
    package var due: Int64? {
        if case .resting(let until) = phase { until } else { nil }
    }

    /// Why the credential is given up, for a time or for good; nil where it is not.
    package var fault: TokenFault? {
        if case .givenUp(let fault, _) = phase { fault } else { nil }
    }

    /// Takes what the request for a token came to.
    ///
    /// - Parameter fraction: a random number from 0 to 1.
    package mutating func answered(_ answer: TokenAnswer, now: Int64, fraction: Double) {
        guard case .asking(let since) = phase else { return }
        switch answer {
        case .granted(let grant):
            generation += 1
            (failures, pauses) = (0, 0)
            phase = .idle
            let life = min(grant.expiresIn ?? Self.usualLife, Self.longestLife) * 1000
            // The life counts from before the server can have begun to count it.
            let margin = min(Self.largestMargin, life / 5)
            let renewAt = max(since + life - margin, now + Self.leastLife)
            held = Held(text: grant.text, renewAt: renewAt, endsAt: max(since + life, renewAt))
        case .failed(let fault):
            failures += 1
            if fault.isFinal {
                phase = .givenUp(fault, until: nil)
            } else if failures >= retry.attempts || pauses > 0 {
                pauses += 1
                failures = 0
                phase = .givenUp(fault, until: now + Self.wait(after: pauses))
            } else {
                let wait = retry.wait(afterAttempt: failures, fraction: fraction)
                phase = .resting(until: now + max(1, wait.wholeMilliseconds))
            }
        }
    }

    /// Takes that a request was refused (401) that had a token.
    ///
    /// - Parameters:
    ///   - generation: which token it had.
    ///   - refusals: how often the same request was refused before, in this attempt.
    /// - Returns: whether it is to be sent again, with the token that there will be; else what to say of it.
    package mutating func refused(generation: Int, refusals: Int, now: Int64) -> Refusal {
        guard generation == self.generation else {
            return refusals < Self.mostVain ? .again : .fails("the new token was refused as well")
        }
        if refusals > 0 {
            if lastVain != generation {
                lastVain = generation
                vain += 1
                vainSinceAccepted += 1
                quietUntil = now + Self.wait(after: vain)
                if vainSinceAccepted >= Self.mostVain {
                    let fault = TokenFault(
                        .unexpected, "\(Self.mostVain) new tokens in a row were refused with 401",
                        isFinal: true)
                    phase = .givenUp(fault, until: nil)
                    held = nil
                }
            }
            return .fails("the new token was refused as well")
        }
        guard now >= quietUntil else { return .fails("a new token was refused as well not long ago") }
        if case .givenUp(let fault, nil) = phase { return .fails(fault.reason) }
        held = nil
        return .again
    }

    /// What becomes of a request that was refused.
    package enum Refusal: Sendable, Equatable {
        case again
        case fails(String)
    }

    /// Takes that a request was answered otherwise than by 401.
    ///
    /// - Parameters: as of ``refused(generation:refusals:now:)``.
    package mutating func accepted(generation: Int, refusals: Int) {
        vainSinceAccepted = 0
        guard refusals > 0, generation == self.generation else { return }
        vain = 0
        quietUntil = .min
    }

    private static func wait(after times: Int) -> Int64 {
        min(pause << Int64(min(times - 1, 10)), longestPause)
    }
}
