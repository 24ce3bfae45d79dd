internal import CCurl
internal import ContentCoding
internal import CrawlCore

/// What trawl finds out about a response, beyond what curl has codes for.
extension Transfer {
    /// Takes a line of the header or of a trailer; false when the response is refused for it.
    func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        running.lastActivity = loop.now
        running.headerBytes += line.count
        guard running.headerBytes <= Transfer.headerLimit else {
            running.stop = .fault(
                ResponseFault(.tooLarge, "header or trailer larger than \(Transfer.headerLimit) bytes"))
            return false
        }
        guard !running.head.isComplete else { return true }
        recorder?.received(line: line)
        running.head.read(line)
        guard running.head.isComplete else { return true }
        return headEnded()
    }

    /// Decides what follows from a header that is complete; false when the response is refused for it.
    private func headEnded() -> Bool {
        if running.head.isChunked { running.socketErrorAtHead = socketError }
        // When curl has too many connections it goes over all of them to close one, and over every host for which it
        // ever did. It is cheaper to close in time those that nobody waits for.
        if loop.isCrowded, !delegate.wantsConnectionKept(self) { closeConnectionAfterwards() }
        if let fault = running.head.fault {
            running.stop = .fault(fault)
        } else if settings.reportsHead, !delegate.wantsBody(self) {
            running.stop = .unwanted
        }
        return running.stop == nil
    }

    /// What a transfer comes to that curl has ended with a code.
    func result(of code: CurlCode) -> TransferResult {
        running.cameWhole = code == .ok
        if code == .ok { checkCodingEnd() }
        let cookieCount = running.head.cookieCount
        if cookieCount > 0, let store = cookies?.store, store.isDue(afterFields: cookieCount) {
            store.trim(by: handle.easy)
        }
        switch running.stop {
        case .heldBack: return .heldBack
        case .unwanted: return .unwanted
        case .fault(let fault): return .failed(fault.kind, fault.message)
        case nil: break
        }
        switch code {
        case .ok where !running.head.isComplete:
            // curl accepts a header that is cut off anywhere.
            return .failed(.reset, "the connection was closed within the header")
        case .couldNotConnect where running.isAddressRefused:
            return .failed(.blockedAddress, refusal)
        case .receiveError where connectStatus >= 300:
            return .failed(.connect, errorMessage ?? "the proxy refused the connection")
        case .receiveError where isFramingBroken:
            return .failed(.badResponse, errorMessage ?? "the chunked coding is broken")
        default:
            return .code(code)
        }
    }

    /// Notes that curl is about to send the request; false when it must not.
    func willSend() -> Bool {
        guard running.beginSending(isRepeatable: settings.isRepeatable) else { return false }
        guard delegate.willSend(self) else {
            running.stop = .heldBack
            return false
        }
        return true
    }

    /// Whether a transfer that ended so met only connections that the server was just closing.
    ///
    /// A server may close an idle connection while the next request is already on its way. That says nothing about the
    /// page. curl tries another connection by itself and gives up after five, which is too few when a server closes
    /// all of them at once. A connection that curl made for this request is different: its failure counts.
    func metDeadConnections(_ result: TransferResult) -> Bool {
        guard settings.isRepeatable, case .code(let code) = result, code.errorKind == .reset else {
            return false
        }
        return running.headerBytes == 0 && newConnections == 0
    }

    /// Whether a failure to receive means that the chunked coding is broken.
    ///
    /// curl has the same code for that and for a broken connection, but only a broken connection leaves the system's
    /// error number. A number that was there when the header was complete is left from another connection that was
    /// tried before. Failures within TLS leave no number either, and are recognised by curl's message.
    private var isFramingBroken: Bool {
        guard running.head.isComplete, running.head.isChunked, socketError == running.socketErrorAtHead
        else { return false }
        let message = errorMessage ?? ""
        return !message.contains("SSL") && !message.contains("TLS")
    }
}
