/// One client's connection and its state.
final class Connection {
    let socket: Descriptor
    /// The connection's number, counted from 0 over the server's life.
    let number: Int
    /// The index of the server's address that was connected to.
    let host: Int

    var isOpen = true
    /// The events that epoll was asked to report.
    var interest: UInt32
    /// Whether the kernel takes no more bytes for now, or the connection has sent enough for this turn.
    var isBlocked = false
    /// Reads requests from what the client has sent.
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

    /// A script and how far it has come.
    struct Playback {
        let steps: [LoopbackServer.Step]
        /// Whether the client wants the connection closed after the response.
        let closesAfter: Bool
        /// The index of the current step.
        var index = 0
        /// How many bytes of that step have been sent.
        var offset = 0
        /// When its wait ends; nil while it does not wait.
        var wakesAt: ContinuousClock.Instant?

        mutating func goOn() {
            index += 1
            offset = 0
            wakesAt = nil
        }
    }
}
