package import CrawlCore

/// Who a transfer reports to, on the loop's thread. A delegate must not start or cancel transfers from
/// `mayConnect`, `willSend`, `wantsConnectionKept` or `received`, which curl calls from its own inside.
package protocol TransferDelegate: AnyObject {
    /// Whether a connection may be made to an address: one of those that the host of the request has, looked up just
    /// now. What this is told is what is connected to, so that no second look-up can differ (DNS rebinding).
    ///
    /// It is asked for each new connection, and for each address in turn until one answers; of the others another may
    /// still be allowed. It is not asked where a connection to the same scheme, name and port stands already: whether
    /// a host may have a private address is a matter of the host, for the whole run, and not of the request. Nor is it
    /// asked of a proxy (``Transfer/isProxied``), whose address says nothing of the host behind it: an address that
    /// stands in a URL itself must be judged before the request.
    func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool
    /// The connection stands and the request goes out now, unless this is false: then the transfer ends with
    /// ``TransferResult/heldBack``.
    ///
    /// It is asked again where the request met a connection that the server was just giving up, and goes out on another.
    func willSend(_ transfer: Transfer) -> Bool
    /// Whether another request is waiting for the connection of this one; asked where connections are many.
    func wantsConnectionKept(_ transfer: Transfer) -> Bool
    /// Bytes of the body, decoded. False ends the transfer with ``CurlCode/writeError``.
    func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool
    /// The transfer is over and may be used again.
    func finished(_ transfer: Transfer, _ result: TransferResult)
}

/// How a transfer ended.
package enum TransferResult: Sendable, Equatable {
    /// As curl says.
    case code(CurlCode)
    /// With something that trawl itself found wrong with the response; the text is for people.
    case failed(ErrorKind, String)
    /// The delegate did not let the request go out.
    case heldBack
    /// No byte came for the transfer's `readTimeout`.
    case readTimeout
}
