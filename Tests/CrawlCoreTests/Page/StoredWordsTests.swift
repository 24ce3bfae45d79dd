import CrawlCore
import Testing

/// The words that databases and their users rely on. They are only ever added to.
@Suite struct StoredWordsTests {
    @Test func `the kinds of error are the closed list`() {
        #expect(
            ErrorKind.allCases.map(\.rawValue) == [
                "invalid_url", "unsupported_scheme", "dns", "connect", "tls", "timeout_connect",
                "timeout_read",
                "timeout_total", "reset", "truncated", "too_large", "too_many_redirects", "redirect_loop",
                "bad_redirect", "bad_response", "decode", "http_status", "blocked_address",
                "host_unavailable",
                "unexpected", "cancelled", "internal",
            ])
    }

    @Test func `the reasons to skip a page are the closed list`() {
        #expect(
            SkipReason.allCases.map(\.rawValue) == [
                "robots", "robots_unreachable", "scope", "depth", "duplicate", "limit", "blocked_address",
                "trap",
                "invalid_url", "content_type", "not_newer",
            ])
    }

    @Test func `the states of a page are the closed list`() {
        #expect(PageState.allCases.map(\.rawValue) == ["pending", "sending", "done", "failed", "skipped"])
    }
}
