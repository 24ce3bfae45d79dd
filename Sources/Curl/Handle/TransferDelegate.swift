package import CrawlCore

/// Is told what happens in a transfer, on the loop's thread.
///
/// A delegate must not start or cancel transfers from `mayConnect`, `willSend`, `wantsConnectionKept` or `received`: these
/// are called while curl is at work.
package protocol TransferDelegate: AnyObject {
    /// Whether a connection may be made to an address, one of those that the request's host was just resolved to.
    ///
    /// curl connects to the very address that is asked about, so that no second look-up can give another one (DNS
    /// rebinding). The question comes for each new connection, for one address after the other until one answers. There
    /// are two cases without a question:
    /// - A request that uses an open connection to the same scheme, name and port. So the answer must depend on the host,
    ///   and must not change during a run.
    /// - A connection to a proxy (``Transfer/isProxied``), whose address says nothing about the host behind it. An address
    ///   that is itself the host of a URL must therefore be judged before the request.
    func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool
    /// Whether the request may go out now that there is a connection. When it may not, the transfer ends with
    /// ``TransferResult/heldBack``.
    ///
    /// The question comes a second time if the server was just closing that connection, and the request goes out on another
    /// one.
    func willSend(_ transfer: Transfer) -> Bool
    /// Whether the body of a response is wanted, by its header, which is complete. When it is not, the transfer ends with
    /// ``TransferResult/unwanted``. The question comes only where ``TransferConfiguration/reportsHead`` says so.
    func wantsBody(_ transfer: Transfer) -> Bool
    /// Whether another request is waiting for the connection of this one. The question comes only when many connections
    /// are open.
    func wantsConnectionKept(_ transfer: Transfer) -> Bool
    /// Takes decoded bytes of the body. False ends the transfer with ``CurlCode/writeError``.
    func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool
    /// The transfer is over and may be used again.
    func finished(_ transfer: Transfer, _ result: TransferResult)
}

extension TransferDelegate {
    /// It always is.
    package func wantsBody(_ transfer: Transfer) -> Bool { true }
}

/// How a transfer ended.
package enum TransferResult: Sendable, Equatable {
    /// With a code of curl's, of which `ok` is one.
    case code(CurlCode)
    /// With a fault in the response that trawl found; the text is for people.
    case failed(ErrorKind, String)
    /// The delegate did not let the request go out.
    case heldBack
    /// The delegate wanted no more than the header.
    case unwanted
    /// No byte came for the transfer's `readTimeout`.
    case readTimeout
}
