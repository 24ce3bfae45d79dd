import CrawlCore
import Curl
import Testing

/// A transfer that remembers what it was told.
final class TestTransfer: TransferDelegate {
    let loop: TransferLoop
    private(set) var transfer: Transfer?
    private(set) var results: [TransferResult] = []
    private(set) var body: [UInt8] = []
    private(set) var wasSent = false
    /// Whether more of the body is taken.
    var acceptsBody = true
    /// Beyond how many bytes no more of it is taken.
    var bodyLimit = Int.max
    /// Whether it is kept.
    var keepsBody = true
    /// Whether an address may be connected to.
    var wantsConnectionKept = true
    var mayConnect: (IPAddress) -> Bool = { _ in true }
    /// Whether a body is taken, by its header.
    var takesBody: (Transfer) -> Bool = { _ in true }
    /// The addresses that it was asked about.
    private(set) var askedAddresses: [IPAddress] = []
    /// Called at the end of each request.
    var onFinish: (Transfer) -> Void = { _ in }

    init(
        _ loop: TransferLoop, read: Duration = .seconds(20), connect: Duration = .seconds(20),
        total: Duration = .seconds(20), bodyLimit: Int64 = 0, proxy: String? = "",
        insecure: Bool = false, cookies: CookieStore? = nil, reportsSending: Bool = false,
        reportsHead: Bool = false, network: NetworkOptions = NetworkOptions(),
        environment: [String: String] = [:]
    ) throws {
        self.loop = loop
        let transfer = try Transfer(loop: loop, delegate: self)
        var timeouts = JobSpec.Timeouts()
        timeouts.read = read
        timeouts.connect = connect
        timeouts.total = total
        var configuration = TransferConfiguration(
            userAgent: "test-agent", timeouts: timeouts, bodyLimit: bodyLimit, proxy: proxy,
            insecure: insecure, cookies: cookies, reportsSending: reportsSending,
            environment: { environment[$0] })
        configuration.reportsHead = reportsHead
        configuration.network = network
        try transfer.configure(configuration)
        self.transfer = transfer
    }

    /// Begins a request; what is known of the one before is forgotten here, as for curl by curl.
    func start(_ url: String) throws {
        let transfer = try #require(transfer)
        body = []
        results = []
        wasSent = false
        try transfer.setURL(url)
        try #require(loop.start(transfer))
    }

    /// Makes a request and waits for its end.
    @discardableResult
    func fetch(_ url: String) throws -> Transfer {
        try start(url)
        try loop.turn { !results.isEmpty }
        return try #require(transfer)
    }

    var result: TransferResult? { results.first }
    /// What the result means; nil for success.
    var kind: ErrorKind? {
        switch results.first {
        case .code(.ok), nil: nil
        case .code(let code): code.errorKind
        case .heldBack, .unwanted: nil
        case .failed(let kind, _): kind
        case .readTimeout: .timeoutRead
        }
    }
    var text: String { String(decoding: body, as: UTF8.self) }

    func wantsConnectionKept(_ transfer: Transfer) -> Bool { wantsConnectionKept }

    func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool {
        askedAddresses.append(address)
        return mayConnect(address)
    }

    func willSend(_ transfer: Transfer) -> Bool {
        wasSent = true
        return true
    }

    func wantsBody(_ transfer: Transfer) -> Bool { takesBody(transfer) }

    func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        if keepsBody { body.append(contentsOf: bytes) }
        return acceptsBody && body.count <= bodyLimit
    }

    func finished(_ transfer: Transfer, _ result: TransferResult) {
        results.append(result)
        onFinish(transfer)
    }
}

extension TransferLoop {
    /// Turns until something is so; fails the test where it is not so in time.
    func turn(within limit: Duration = .seconds(20), until isSo: () -> Bool) throws {
        let deadline = MonotonicInstant.now + limit
        while !isSo() {
            try #require(MonotonicInstant.now < deadline, "it did not come about within \(limit)")
            turn(until: deadline)
        }
    }
}
