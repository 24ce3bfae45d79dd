public import CrawlCore

/// Who a transfer reports to, on the loop's thread. A delegate must not start or cancel transfers from
/// `willSend`, `receivedHeader` or `received`, which curl calls from its own inside.
public protocol TransferDelegate: AnyObject {
    /// The connection stands and the request goes out now.
    func willSend(_ transfer: Transfer)
    /// Bytes of the body, decoded. False ends the transfer with ``CurlCode/writeError``.
    func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool
    /// The transfer is over and may be used again.
    func finished(_ transfer: Transfer, _ result: TransferResult)
}

/// How a transfer ended.
public enum TransferResult: Sendable, Equatable {
    /// As curl says.
    case code(CurlCode)
    /// With something that trawl itself found wrong with the response; the text is for people.
    case failed(ErrorKind, String)
    /// No byte came for the transfer's `readTimeout`.
    case readTimeout
}
