internal import CrawlCore

/// A fault that trawl finds in a response, and curl ignores or has no code for.
struct ResponseFault: Sendable, Equatable {
    let kind: ErrorKind
    let message: String

    init(_ kind: ErrorKind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
