internal import CCurl
internal import ContentCoding
internal import CrawlCore

/// What comes of a transfer, beyond what curl has codes for.
extension Transfer {
    /// Takes a line of the header or trailer; false where the response is refused for it.
    func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = loop.now
        headerBytes += line.count
        guard headerBytes <= Transfer.headerLimit else {
            fault = ResponseFault(.tooLarge, "header or trailer larger than \(Transfer.headerLimit) bytes")
            return false
        }
        guard !head.isComplete else { return true }
        recorder?.received(line: line)
        head.read(line)
        guard head.isComplete else { return true }
        fault = head.fault
        if head.isChunked { socketErrorAtHead = socketError }
        // curl makes room by going over all connections, and over all hosts that it ever made room by: whatever is not
        // needed is better closed beforehand.
        if loop.isCrowded, !delegate.wantsConnectionKept(self) {
            closesConnection = true
            _ = ccurl_setopt_long(easy, CURLOPT_FORBID_REUSE, 1)  // Never fails.
        }
        return fault == nil
    }

    /// What the code that curl ends the transfer with comes to.
    func result(of code: CurlCode) -> TransferResult {
        cameWhole = code == .ok
        if code == .ok { checkCodingEnd() }
        if let cookies, head.cookieCount > 0, cookies.isDue(afterFields: head.cookieCount) {
            cookies.trim(by: easy)
        }
        if isHeldBack { return .heldBack }
        if let fault { return .failed(fault.kind, fault.message) }
        switch code {
        case .ok where !head.isComplete:
            // curl is content with any part of a header.
            return .failed(.reset, "the connection was closed within the header")
        case .couldNotConnect where isAddressRefused:
            return .failed(.blockedAddress, refusal)
        case .receiveError where connectStatus >= 300:
            return .failed(.connect, errorMessage ?? "the proxy refused the connection")
        case .receiveError where isFramingBroken:
            return .failed(.badResponse, errorMessage ?? "the chunked coding is broken")
        default:
            return .code(code)
        }
    }

    /// Notes that the request is about to go out; false where it is not to.
    func willSend() -> Bool {
        sendings += 1
        // curl sends a request again, by itself, where the connection that it used turns out to be dead.
        guard sendings == 1 || isRepeatable else {
            fault = ResponseFault(.reset, "the connection was closed before anything came back")
            return false
        }
        isHeldBack = !delegate.willSend(self)
        return !isHeldBack
    }

    /// Whether a transfer that ended so has found nothing but connections that the server was just giving up.
    ///
    /// The server closes a connection that is free, and the request crosses that on its way: no fault of the page.
    /// curl tries another connection by itself, and gives up after five, which a server that closes all of them at
    /// once can bring about. What is on a connection of its own is told apart by curl having made one.
    func metDeadConnections(_ result: TransferResult) -> Bool {
        guard isRepeatable, case .code(let code) = result, code.errorKind == .reset else { return false }
        return headerBytes == 0 && newConnections == 0
    }

    /// Whether a failure to receive is one of the chunked coding: curl has the same code for both, but only a broken
    /// connection leaves the system's error number. One that was there before is of another connection that was
    /// tried. What fails within TLS leaves none either, and is known by curl's words alone.
    private var isFramingBroken: Bool {
        guard head.isComplete, head.isChunked, socketError == socketErrorAtHead else { return false }
        let message = errorMessage ?? ""
        return !message.contains("SSL") && !message.contains("TLS")
    }
}
