package import CrawlCore

/// What came of asking a host for its robots.txt (RFC 9309, section 2.3.1).
package enum RobotsAnswer: Sendable, Equatable {
    /// It has one; no more than the first ``RobotsAnswer/limit`` bytes of it.
    case found(statusCode: Int, [UInt8])
    /// It has none, which allows everything: a status from 400 to 499, or redirects that lead nowhere.
    case unavailable(statusCode: Int?)
    /// It could not be had, which allows nothing until it can: a status from 500 on, or no response. So is 429, as with
    /// Google: a server that is asked too often says nothing about what may be asked.
    case unreachable(ErrorKind, String)

    /// Bytes of a robots.txt that are read: 500 KiB (RFC 9309, section 2.5).
    package static let limit = 500 << 10
    /// Redirects that are followed to it (RFC 9309, section 2.3.1.2).
    package static let redirects = 5

    /// The answer without secrets.
    func redacted(_ redaction: Redaction) -> RobotsAnswer {
        guard !redaction.isEmpty else { return self }
        return switch self {
        case .found(let status, let text): .found(statusCode: status, redaction.redactedBody(text) ?? text)
        case .unavailable: self
        case .unreachable(let kind, let message): .unreachable(kind, redaction.redacted(message))
        }
    }
}
