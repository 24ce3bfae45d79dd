import CrawlCore
import Testing

@testable import TrawlPostgres

/// The server's clock beside this machine's.
struct ServerClockTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(sinceBoot: .milliseconds(milliseconds))
    }

    @Test func `a time of the server is one of this machine`() {
        let clock = ServerClock(1_700_000_000_000_000, readBetween: at(1_000), and: at(1_020))
        #expect(clock.instant(1_700_000_000_000_000) == at(1_010))
        #expect(clock.instant(1_700_000_000_250_000) == at(1_260))
        #expect(!clock.isOld(at: at(31_000)))
        #expect(clock.isOld(at: at(31_021)))
    }
}
