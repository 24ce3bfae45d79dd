import CrawlCore
import Testing

/// Which failures are tried again, and when.
@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test func `the bound of the wait doubles up to its cap`() {
        let bounds = (1...12).map { policy.wait(afterAttempt: $0, fraction: 1) }

        #expect(bounds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map(Duration.seconds))
    }

    @Test(arguments: [1, 2, 9, 40]) func `the jitter goes down to no wait at all`(attempt: Int) {
        #expect(policy.wait(afterAttempt: attempt, fraction: 0) == .zero)
    }

    @Test func `the jitter is in proportion`() {
        #expect(policy.wait(afterAttempt: 4, fraction: 0.25) == .seconds(2))
    }

    @Test(arguments: [(-3.0, 0), (-0.001, 0), (1.001, 4), (7.0, 4)])
    func `a fraction outside of 0 to 1 counts as the nearer of them`(fraction: Double, seconds: Int) {
        #expect(policy.wait(afterAttempt: 3, fraction: fraction) == .seconds(seconds))
    }

    @Test(arguments: [33, 34, 64, 65, 100, Int.max])
    func `no number of attempts and no delay of a job file overflows`(attempt: Int) {
        var policy = RetryPolicy()
        policy.delay = .seconds(365 * 86_400)
        policy.maxDelay = .seconds(365 * 86_400)

        let wait = policy.wait(afterAttempt: attempt, fraction: 1)

        // A year in attoseconds is more than a Double has digits for.
        #expect(wait > policy.maxDelay - .milliseconds(1) && wait < policy.maxDelay + .milliseconds(1))
    }

    @Test(arguments: [0, -1, Int.min + 1]) func `an attempt before the first waits as the first does`(
        attempt: Int
    ) {
        #expect(policy.wait(afterAttempt: attempt, fraction: 1) == .seconds(1))
    }

    @Test func `the cap holds for the first wait too`() {
        var policy = RetryPolicy()
        policy.delay = .seconds(10)
        policy.maxDelay = .seconds(3)

        #expect(policy.wait(afterAttempt: 1, fraction: 1) == .seconds(3))
    }

    @Test func `a page has three attempts`() {
        #expect((1...5).filter { policy.retries(.reset, status: 0, attempt: $0) } == [1, 2])
    }

    @Test func `one attempt means no retry`() {
        var policy = RetryPolicy()
        policy.attempts = 1

        #expect(!policy.retries(.reset, status: 0, attempt: 1))
        #expect(!policy.retries(.httpStatus, status: 503, attempt: 1))
    }

    @Test func `what the network did is tried again, what the page is is not`() {
        let retried = ErrorKind.allCases.filter { policy.retries($0, status: 503, attempt: 1) }

        #expect(
            retried == [
                .dns, .connect, .timeoutConnect, .timeoutRead, .timeoutTotal, .reset, .truncated, .httpStatus,
            ])
    }

    @Test func `the statuses that are tried again are curl's, and Too Early`() {
        let retried = (0..<700).filter { policy.retries(.httpStatus, status: $0, attempt: 1) }

        #expect(retried == [408, 425, 429, 500, 502, 503, 504, 522, 524])
    }

    @Test func `a server that refuses a request has done nothing of it`() {
        #expect((0..<700).filter { RetryPolicy.isRefusal($0, hasRetryAfter: true) } == [425, 429, 503])
        #expect((0..<700).filter { RetryPolicy.isRefusal($0, hasRetryAfter: false) } == [425, 429])
    }

    @Test func `without transport only statuses are tried again`() {
        var policy = RetryPolicy()
        policy.transport = false

        #expect(ErrorKind.allCases.filter { policy.retries($0, status: 503, attempt: 1) } == [.httpStatus])
    }

    @Test func `without statuses only the transport is tried again`() {
        var policy = RetryPolicy()
        policy.statuses = StatusSet()

        #expect(!policy.retries(.httpStatus, status: 503, attempt: 1))
        #expect(policy.retries(.truncated, status: 503, attempt: 1))
    }

    @Test func `a wait is too long only beyond what the job takes`() {
        var policy = RetryPolicy()
        #expect(!policy.isTooLong(.seconds(3600)))
        policy.maxWait = .seconds(60)

        #expect(
            [nil, .zero, .seconds(60), .seconds(61)].map(policy.isTooLong) == [false, false, false, true])
    }
}
