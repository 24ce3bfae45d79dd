/// Why a host that can be reached is asked for nothing more in a run: the words that its remaining pages fail with, beside the
/// kind `host_unavailable`.
package enum HostRefusal {
    /// The host asks for a wait (`Retry-After`) that is longer than the job waits.
    package static func wait(_ wait: Duration) -> String {
        "\(beginningOfWait) \(wait), which is longer than retry.max_wait"
    }

    /// The host went on to answer 429 or 503 after requests to it were made rarer so often.
    package static let persistence =
        "the host answers 429 or 503, although it was asked less often \(mostSlowings) times"

    /// After how many 429 and 503 in a row a run gives up a host on which links are only checked. Those that come in one volley
    /// count once. Each halves the rate of requests, so that to go on would soon take a minute a page.
    package static let mostSlowings = 4

    /// Whether a page failed with such words.
    package static func isMeant(by message: String) -> Bool {
        message == persistence || message.hasPrefix(beginningOfWait)
    }

    private static let beginningOfWait = "the host asks to be left alone for"
}
