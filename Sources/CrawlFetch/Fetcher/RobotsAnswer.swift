package import CrawlCore

/// The result of asking a host for its robots.txt (RFC 9309, section 2.3.1).
package enum RobotsAnswer: Sendable, Equatable {
    /// It has one, of which these are at most the first ``RobotsAnswer/limit`` bytes.
    case found(statusCode: Int, [UInt8])
    /// It has none, which allows everything: the status is 400 to 499, or the redirects lead nowhere.
    case unavailable(statusCode: Int?)
    /// It could not be read, which allows nothing until it can: the status is 500 or more, or there was no response. 429
    /// counts as well, as it does for Google: it says nothing about what may be requested.
    case unreachable(ErrorKind, String)

    /// How many bytes of a robots.txt are read: 500 KiB (RFC 9309, section 2.5).
    package static let limit = 500 << 10
    /// How many redirects are followed to it (RFC 9309, section 2.3.1.2).
    package static let redirects = 5

    /// The answer with secrets masked.
    func redacted(_ redaction: Redaction) -> RobotsAnswer {
        guard !redaction.isEmpty else { return self }
        return switch self {
        case .found(let status, let text): .found(statusCode: status, redaction.redactedBody(text) ?? text)
        case .unavailable: self
        case .unreachable(let kind, let message): .unreachable(kind, redaction.redacted(message))
        }
    }
}
