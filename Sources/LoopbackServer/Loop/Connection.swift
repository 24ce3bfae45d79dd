/// One client connection and how far it has got.
final class Connection {
    let socket: Descriptor
    /// Counted from 0 over the server's life.
    let number: Int
    /// The index of the address that it came in on.
    let host: Int

    var isOpen = true
    /// What epoll has been asked to report.
    var interest: UInt32
    /// Whether the kernel takes no more bytes for now, or the loop's turn was used up.
    var isBlocked = false
    /// What the client has sent.
    var reader = RequestReader()
    /// A request whose body is not complete yet.
    var pending: PendingRequest?
    /// The request in flight; nil between requests.
    var exchange: Exchange?
    /// The response being sent; nil between responses.
    var playback: Playback?

    init(socket: Descriptor, number: Int, host: Int, interest: UInt32) {
        self.socket = socket
        self.number = number
        self.host = host
        self.interest = interest
    }

    /// A request of which only the head has come.
    struct PendingRequest {
        let head: RequestHead
        let hit: Int
    }

    /// A request in flight, as the ledger counts it.
    struct Exchange {
        let entry: Ledger.Entry
        var bytesSent = 0
    }

    /// A script and the place in it.
    struct Playback {
        let steps: [LoopbackServer.Step]
        /// Whether the client wants the connection closed after the response.
        let closesAfter: Bool
        /// The step that is being played.
        var index = 0
        /// How many of that step's bytes have been sent.
        var offset = 0
        /// When its wait is over; nil while it does not wait.
        var wakesAt: ContinuousClock.Instant?

        mutating func goOn() {
            index += 1
            offset = 0
            wakesAt = nil
        }
    }
}
