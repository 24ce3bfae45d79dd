import CrawlCore
import Testing

/// Durations as whole milliseconds, for what takes no smaller unit.
@Suite struct DurationMillisecondsTests {
    @Test(arguments: [
        (Duration.zero, 0), (.milliseconds(1), 1), (.milliseconds(1500), 1500),
        (.seconds(86_400), 86_400_000),
    ]) func `whole milliseconds stay what they are`(duration: Duration, milliseconds: Int) {
        #expect(duration.wholeMilliseconds == Int64(milliseconds))
    }

    @Test(arguments: [
        (Duration.nanoseconds(1), 1), (.microseconds(999), 1), (.microseconds(1_001), 2),
        (Duration(secondsComponent: 0, attosecondsComponent: 1), 1),
        (Duration(secondsComponent: 2, attosecondsComponent: 999_999_999_999_999_999), 3_000),
    ]) func `a part of a millisecond counts as one`(duration: Duration, milliseconds: Int) {
        #expect(duration.wholeMilliseconds == Int64(milliseconds))
    }

    @Test(arguments: [
        (Duration.milliseconds(-1), -1), (.milliseconds(-1500), -1500), (.seconds(-3), -3_000),
        (.microseconds(-1_999), -1), (.nanoseconds(-1), 0), (.microseconds(-500), 0),
    ]) func `what is negative is rounded up too`(duration: Duration, milliseconds: Int) {
        #expect(duration.wholeMilliseconds == Int64(milliseconds))
    }
}
