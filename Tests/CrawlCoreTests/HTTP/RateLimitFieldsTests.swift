import CrawlCore
import Testing

/// What servers say of how many requests they take, as they send it.
@Suite struct RateLimitFieldsTests {
    private static let now: Int64 = 1_785_585_600_000  // 2026-08-01T12:00:00Z

    private func wait(_ fields: [String: String]) -> Duration? {
        RateLimitFields.wait(now: Self.now) { fields[$0] }
    }

    @Test(
        arguments: [
            // GitHub: seconds since 1970.
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785585660"], .seconds(60)),
            (["x-ratelimit-remaining": "12", "x-ratelimit-reset": "1785585660"], nil),
            // Others: seconds from now, or milliseconds since 1970.
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"], .seconds(30)),
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785585610500"], .milliseconds(10_500)),
            (["x-rate-limit-remaining": "0", "x-rate-limit-reset": "1785585601"], .seconds(1)),
            (["ratelimit-limit": "10", "ratelimit-remaining": "0", "ratelimit-reset": "5"], .seconds(5)),
            // draft-ietf-httpapi-ratelimit-headers-07 and -08.
            (["ratelimit": "limit=100, remaining=0, reset=7"], .seconds(7)),
            (["ratelimit": "limit=100, remaining=3, reset=7"], nil),
            (["ratelimit": "\"burst\";r=5;t=1, \"day\";r=0;t=50"], .seconds(50)),
            (["ratelimit": "\"default\";r=50;t=30"], nil),
            // OpenAI: durations as Go writes them.
            (
                ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0.5s"],
                .milliseconds(60_500)
            ),
            (["x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"], .milliseconds(20)),
            // Anthropic: RFC 3339.
            (
                [
                    "anthropic-ratelimit-requests-remaining": "0",
                    "anthropic-ratelimit-requests-reset": "2026-08-01T12:00:08Z",
                ], .seconds(8)
            ),
            (
                ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "Sat, 01 Aug 2026 12:00:09 GMT"],
                .seconds(9)
            ),
            // What is past, or absurd, or nothing.
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785585000"], .zero),
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "999999999"], .seconds(3600)),
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"], nil),
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e999"], nil),
            (
                ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-08-01T9223372036854775807:00:00Z"],
                nil
            ),
            (["x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-08-01T12:60:00Z"], nil),
            (["x-ratelimit-remaining": "0"], nil), (["x-ratelimit-reset": "30"], nil), ([:], nil),
        ] as [([String: String], Duration?)])
    func `a limit that is used up is waited out`(fields: [String: String], expected: Duration?) {
        #expect(wait(fields) == expected)
    }

    @Test func `what remains is told with what comes after it`() {
        func allowance(_ fields: [String: String]) -> RateAllowance? {
            RateLimitFields.allowance(now: Self.now) { fields[$0] }
        }
        #expect(
            allowance([
                "x-ratelimit-remaining": "12", "x-ratelimit-limit": "60", "x-ratelimit-reset": "1785585660",
                "x-ratelimit-resource": "core",
            ])
                == RateAllowance(
                    remaining: 12, reset: .seconds(60), refill: .window(limit: 60, nil), pool: "core"))
        // The policy says how long a window is, and what is counted.
        #expect(
            allowance([
                "ratelimit": "\"a,b\";r=50;t=30, \"hour\";r=7",
                "ratelimit-policy": "\"hour\";q=100;w=3600, \"a,b\";q=60;w=60",
            ])
                == RateAllowance(
                    remaining: 7, reset: .seconds(3600), refill: .window(limit: 100, .seconds(3600))))
        #expect(
            allowance([
                "ratelimit": "\"x\";r=5;t=30", "ratelimit-policy": "\"x\";q=9;w=60;qu=\"content-bytes\"",
            ]) == nil)
        // Tokens are no requests, until none are left.
        #expect(allowance(["x-ratelimit-remaining-tokens": "3", "x-ratelimit-reset-tokens": "1s"]) == nil)
        // An instant is by the server's clock, as its Date is.
        #expect(
            allowance([
                "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785589260",
                "date": "Sat, 01 Aug 2026 13:00:00 GMT",
            ]) == RateAllowance(remaining: 0, reset: .seconds(60)))
        // Nanoseconds, and what is long past.
        #expect(
            allowance(["x-ratelimit-remaining": "0", "x-ratelimit-reset": "1785585601000000000"])?.reset
                == .seconds(1))
        #expect(allowance(["x-ratelimit-remaining": "-3", "x-ratelimit-reset": "1"]) == nil)
        #expect(allowance(["ratelimit": "x;r=0"]) == nil)
    }
}
