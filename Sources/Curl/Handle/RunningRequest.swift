internal import CrawlCore

/// What has happened in the request that a transfer is running, or ran last.
///
/// A new value is assigned at each start, so that nothing of the request before can be left.
package struct RunningRequest {
    /// When the request was started.
    let startedAt: MonotonicInstant
    /// When the last byte came, or the last byte of the request's body was sent. At first the start.
    var lastActivity: MonotonicInstant
    /// Bytes of the request's body that had been sent when this was last looked at.
    var uploaded: Int64 = 0
    /// How often the request was about to be sent.
    var sendings = 0
    /// Addresses of the host that must not be connected to.
    var refusedAddresses: [IPAddress] = []
    /// Whether a socket was opened.
    var hasOpenedSocket = false

    /// Bytes of the header and of trailers that have come.
    package internal(set) var headerBytes = 0
    /// What the response's header says, as far as it has come.
    package internal(set) var head = ResponseHead()
    /// The last error on a socket of the transfer when the header was complete (CURLINFO_OS_ERRNO(3)).
    var socketErrorAtHead = 0
    /// Whether the body has a content coding that is being undone.
    var isDecoding = false
    /// Bytes of a coded body that have come.
    var codedBytes: Int64 = 0
    /// Slices of the body that were decoded.
    var slices = 0
    /// Why trawl ends the request, where curl would go on; nil while it goes on.
    var stop: Stop?
    /// The file that the response comes out of; nil where a server is asked.
    var file: FileResponse?
    /// Whether curl took the response for whole.
    package internal(set) var cameWhole = false

    /// A request that starts now.
    init(startedAt now: MonotonicInstant) {
        startedAt = now
        lastActivity = now
    }

    /// Why trawl ends a request.
    enum Stop: Equatable {
        /// The delegate did not let it go out.
        case heldBack
        /// The delegate wants no body.
        case unwanted
        /// There is something wrong with the response.
        case fault(ResponseFault)
    }

    /// Whether no connection was made because every address of the host was refused.
    var isAddressRefused: Bool { !refusedAddresses.isEmpty && !hasOpenedSocket }

    /// Whether the response comes out of a file, and no server is asked.
    package var isOfFile: Bool { file != nil }

    /// Notes that the request is about to be sent; false when it must not be sent again.
    mutating func beginSending(isRepeatable: Bool) -> Bool {
        sendings += 1
        guard sendings == 1 || isRepeatable else {
            stop = .fault(ResponseFault(.reset, "the connection was closed before anything came back"))
            return false
        }
        return true
    }

    /// Notes how much of the request's body has been sent; true when that is more than before.
    mutating func noteUploaded(_ bytes: Int64, now: MonotonicInstant) -> Bool {
        guard bytes > uploaded else { return false }
        uploaded = bytes
        lastActivity = now
        return true
    }
}
