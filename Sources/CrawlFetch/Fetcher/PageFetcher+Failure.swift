internal import CrawlCore
internal import Curl

/// What the end of a transfer means for its page.
extension PageFetcher {
    /// What went wrong in a transfer that has ended; nil for nothing.
    func failure(_ result: TransferResult, _ transfer: Transfer) -> (ErrorKind, String)? {
        switch result {
        case .readTimeout:
            return (.timeoutRead, "no byte came for \(timeouts.read)")
        case .failed(let kind, let message):
            return (kind, message)
        case .code(.ok), .heldBack, .unwanted:
            return nil
        case .code(.writeError) where progress.extent == .tooLarge && request?.page?.message?.errand != nil:
            return (.tooLarge, "the answer is longer than \(FetchProgress.tokenLimit) bytes")
        case .code(.writeError) where progress.extent == .tooLarge:
            return (.tooLarge, "the body is larger than limits.body (\(bodyLimit) bytes)")
        case .code(.outOfMemory) where transfer.statusCode != nil:
            // curl 7 says so when a header line is longer than its limit of 100 KiB.
            return (.tooLarge, "a header field is larger than 100 KiB")
        case .code(.timedOut):
            return isConnectTimeout(transfer)
                ? (.timeoutConnect, "no connection within \(timeouts.connect)")
                : (.timeoutTotal, "not finished within \(timeouts.total)")
        case .code(let code):
            let message = transfer.errorMessage ?? code.message
            if code.errorKind == .truncated, let length = transfer.running.head.contentLength,
                bodyLimit > 0, length > bodyLimit
            {
                // A retry does not help: the whole body would have been refused as well.
                return (.tooLarge, "Content-Length \(length) is more than limits.body; \(message)")
            }
            guard code.errorKind == .dns else { return (code.errorKind, message) }
            return (.dns, transfer.explainUnresolved(message))
        }
    }

    /// Whether a time-out is that of connecting. curl has one code for both of its limits. A request that never went out
    /// was still connecting when it timed out, unless the limit for the whole request is the shorter one.
    private func isConnectTimeout(_ transfer: Transfer) -> Bool {
        let (connect, total) = (timeouts.connect, timeouts.total)
        return transfer.preTransferMicroseconds == 0 && connect > .zero
            && (total == .zero || connect <= total)
    }
}

extension ErrorKind {
    /// Whether a response that failed in this way may have a header without faults.
    var concernsBody: Bool {
        switch self {
        case .tooLarge, .decode, .truncated, .reset: true
        default: false
        }
    }
}
