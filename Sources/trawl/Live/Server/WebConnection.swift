internal import CrawlCore

/// One connection of a ``WebServer``: what has come, what is to go, and until when.
///
/// It is a value that touches no socket.
struct WebConnection {
    enum Phase: Equatable {
        /// It waits for a request, or for the rest of one.
        case reading
        /// Its request is being answered elsewhere.
        case waiting
        /// Its answer goes out.
        case sending(keepsAlive: Bool)
        /// Events go out.
        case streaming
    }

    /// What is to be done with a connection.
    enum Step: Equatable {
        case goOn
        case answer(WebRequest)
        case refuse(WebResponse.Status)
        case close
    }

    let id: UInt64
    /// The client's address.
    let address: String
    private(set) var phase = Phase.reading
    private var input: [UInt8] = []
    private(set) var output: ArraySlice<UInt8> = []
    /// The number of the event that was sent last.
    private var event: UInt64 = 0
    private(set) var request: WebRequest?
    /// When something happened last: bytes came, bytes went, a phase began.
    private(set) var stirredAt: MonotonicInstant
    private let limits: WebLimits

    init(id: UInt64, address: String, limits: WebLimits, now: MonotonicInstant) {
        self.id = id
        self.address = address
        self.limits = limits
        stirredAt = now
    }

    /// Whether nothing of a request has come.
    var isIdle: Bool { phase == .reading && input.isEmpty }

    /// Whether bytes are to be read. A client that sends while it is answered has to wait, but for its end to be noticed.
    var wantsInput: Bool { phase == .reading || phase == .streaming }

    var wantsOutput: Bool { !output.isEmpty }

    // MARK: What comes

    /// Takes in bytes; none for the client's end.
    mutating func received(_ bytes: some Collection<UInt8>, now: MonotonicInstant) -> Step {
        guard !bytes.isEmpty else { return .close }
        // What a client says after it has asked for events means nothing.
        guard phase == .reading else { return .goOn }
        // The time for a head counts from its first byte, not from its last.
        if input.isEmpty { stirredAt = now }
        input += bytes
        return next()
    }

    /// Looks whether a request is there.
    private mutating func next() -> Step {
        switch WebRequest.read(input) {
        case .unfinished: return .goOn
        case .refused(let status):
            input = []
            return .refuse(status)
        case .request(let request, let length):
            input.removeFirst(length)
            self.request = request
            phase = .waiting
            return .answer(request)
        }
    }

    // MARK: What goes

    /// Begins to send an answer.
    mutating func send(_ response: WebResponse, closing: Bool = false, now: MonotonicInstant) {
        let keepsAlive = !closing && request?.keepsAlive == true
        output = response.bytes(isHead: request?.method == "HEAD", keepsAlive: keepsAlive)[...]
        phase = .sending(keepsAlive: keepsAlive)
        stirredAt = now
    }

    /// Begins a stream of events.
    mutating func stream(_ head: WebResponse, now: MonotonicInstant) {
        output = head.head(keepsAlive: false, length: nil)[...] + Array("retry: 3000\n\n".utf8)
        phase = .streaming
        stirredAt = now
    }

    /// Sends an event, unless the client has had it, or has not taken the one before: it then gets the next one.
    mutating func send(event bytes: [UInt8], number: UInt64, now: MonotonicInstant) {
        guard phase == .streaming, number > event, output.isEmpty else { return }
        event = number
        output = bytes[...]
        stirredAt = now
    }

    /// Notes that so many bytes have gone.
    mutating func sent(_ count: Int, now: MonotonicInstant) -> Step {
        if count > 0 { stirredAt = now }
        output = output.dropFirst(count)
        guard output.isEmpty else { return .goOn }
        // Gives back the memory of a large answer.
        output = []
        guard case .sending(let keepsAlive) = phase else { return .goOn }
        guard keepsAlive else { return .close }
        phase = .reading
        request = nil
        return input.isEmpty ? .goOn : next()
    }

    // MARK: Time

    /// When ``due(_:)`` is to be asked next; nil for never.
    var deadline: MonotonicInstant? {
        switch phase {
        case .reading: stirredAt + (input.isEmpty ? limits.idleTime : limits.headTime)
        case .waiting: nil
        case .sending: stirredAt + limits.sendTime
        case .streaming: stirredAt + (output.isEmpty ? limits.beat : limits.sendTime)
        }
    }

    /// What the time asks for.
    mutating func due(_ now: MonotonicInstant) -> Step {
        guard let deadline, deadline <= now else { return .goOn }
        switch phase {
        case .reading where !input.isEmpty:
            input = []
            return .refuse(.late)
        case .streaming where output.isEmpty:
            output = Array(":\n\n".utf8)[...]
            stirredAt = now
            return .goOn
        default:
            return .close
        }
    }
}
