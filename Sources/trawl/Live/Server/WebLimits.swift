internal import CrawlCore

/// What clients of a ``WebServer`` may take up.
struct WebLimits: Sendable {
    /// Connections. Where another comes, the one that has been idle the longest is closed.
    var connections = 64
    /// Streams of events.
    var streams = 16
    /// Streams of events to one address. A browser opens six connections to a host at most, and has to have some left for the rest
    /// (HTTP/1.1; <https://html.spec.whatwg.org/multipage/server-sent-events.html>, "Authoring notes").
    var streamsPerAddress = 3
    /// How long the head of a request may take.
    var headTime: Duration = .seconds(10)
    /// How long a connection may be idle between two requests.
    var idleTime: Duration = .seconds(75)
    /// How long a client may take nothing of what is sent to it.
    var sendTime: Duration = .seconds(10)
    /// After how long without an event a stream gets a comment, which shows whether the client is still there.
    var beat: Duration = .seconds(15)
    /// How many bytes the kernel holds for a client that does not read.
    var sendBuffer: Int32 = 131_072
}
