internal import CrawlCore

/// What trawl itself finds wrong with a response, where curl would have gone on or has no code for it.
struct ResponseFault: Sendable, Equatable {
    let kind: ErrorKind
    let message: String

    init(_ kind: ErrorKind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
