internal import CLinux
internal import CrawlCore
internal import CrawlEngine
internal import Glibc
internal import Synchronization

/// A small server of HTTP/1.1 for a few readers: one thread that waits for all of its connections (poll(2)).
///
/// It trusts no client. The head of a request may have so many bytes and take so long, and a client that does not read what it is sent is
/// cut off. The thread never waits for one client; an answer that takes long comes from another thread (``WebAnswer/later(_:)``).
final class WebServer: @unchecked Sendable {
    // @unchecked because the state is touched only by the server's thread once that has been started; others reach it by the inbox and the waker.

    enum Message: Sendable {
        case response(WebResponse, to: UInt64)
        case event([UInt8])
        case stop
    }

    /// A connection and its socket.
    private struct Client {
        var connection: WebConnection
        let socket: Int32
    }

    private var site: (any WebSite)?
    private let limits: WebLimits
    private let listener: Int32
    private let waker: Int32
    /// The port that it listens at.
    let port: UInt16
    private let inbox = Mailbox<Message>()
    private let streams = Atomic(0)
    /// Called, on the server's thread, with the reason when no connection can be accepted; once until one can be again.
    private let refused: @Sendable (String) -> Void

    private var clients: [UInt64: Client] = [:]
    private var lastID: UInt64 = 0
    private var event: (number: UInt64, bytes: [UInt8]) = (0, [])
    /// Until when no connection is accepted; nil where there is no reason to wait.
    private var pausedUntil: MonotonicInstant?
    private var hasComplained = false

    /// Listens. Clients that connect wait until ``start(_:)``.
    ///
    /// - Throws: `CommandFailure` where it cannot listen at the address.
    init(
        at address: ListenAddress, limits: WebLimits = WebLimits(),
        refused: @escaping @Sendable (String) -> Void
    ) throws {
        self.limits = limits
        self.refused = refused
        waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        (listener, port) = try WebServer.listen(at: address)
    }

    /// Serves a site on a thread of its own until ``stop()``.
    func start(_ site: any WebSite) {
        self.site = site
        startThread(named: "trawl-listen") { self.serve() }
    }

    // MARK: From other threads

    /// How many clients have asked for events.
    var watchers: Int { streams.load(ordering: .relaxed) }

    /// Sends an event to all who have asked for events. Those who have not taken the one before get a later one.
    ///
    /// - Parameter bytes: the event as it goes over the wire.
    func publish(_ bytes: [UInt8]) { tell(.event(bytes)) }

    func deliver(_ response: WebResponse, to connection: UInt64) { tell(.response(response, to: connection)) }

    /// Closes everything.
    func stop() { tell(.stop) }

    private func tell(_ message: Message) {
        inbox.send(message)
        // Fails only when the counter is full, and then the thread wakes anyway.
        _ = eventfd_write(waker, 1)
    }

    // MARK: The thread

    private func serve() {
        var isOver = false
        while !isOver {
            let sockets = waitForSockets()
            for message in inbox.takeAll() {
                if case .stop = message { isOver = true } else { receive(message) }
            }
            let now = MonotonicInstant.now
            for (id, events) in sockets { serve(id, events, now) }
            for id in clients.keys { change(id) { $0.due(now) } }
            if let until = pausedUntil, until <= now { pausedUntil = nil }
            if pausedUntil == nil { accept(now) }
        }
        for client in clients.values { close(client.socket) }
        clients = [:]
        close(listener)
        close(waker)
    }

    /// Waits until something happens or is due.
    ///
    /// - Returns: the connections at whose sockets something has happened, with poll's bits.
    private func waitForSockets() -> [(UInt64, Int16)] {
        var ids: [UInt64] = []
        var polled = [pollfd(fd: waker, events: Int16(POLLIN), revents: 0)]
        if pausedUntil == nil { polled.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0)) }
        let others = polled.count
        var deadline = pausedUntil
        for (id, client) in clients {
            var events: Int16 = 0
            if client.connection.wantsInput { events |= Int16(POLLIN) }
            if client.connection.wantsOutput { events |= Int16(POLLOUT) }
            polled.append(pollfd(fd: client.socket, events: events, revents: 0))
            ids.append(id)
            if let due = client.connection.deadline { deadline = min(deadline ?? due, due) }
        }
        let wait = deadline.map { max(0, min(60_000, ($0 - .now).wholeMilliseconds + 1)) } ?? 60_000
        _ = poll(&polled, nfds_t(polled.count), Int32(wait))
        var count: eventfd_t = 0
        if polled[0].revents != 0 { _ = eventfd_read(waker, &count) }
        return zip(ids, polled[others...]).filter { $0.1.revents != 0 }.map { ($0.0, $0.1.revents) }
    }

    private func receive(_ message: Message) {
        switch message {
        case .response(let response, let id):
            guard clients[id]?.connection.phase == .waiting else { return }
            clients[id]?.connection.send(response, now: .now)
            write(id)
        case .event(let bytes):
            event = (event.number + 1, bytes)
            for id in clients.keys { sendEvent(to: id) }
        case .stop: break
        }
    }

    private func serve(_ id: UInt64, _ events: Int16, _ now: MonotonicInstant) {
        guard let client = clients[id] else { return }
        let bits = Int32(events)
        if bits & (POLLERR | POLLNVAL) != 0 { return drop(id) }
        if bits & POLLIN != 0 {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(client.socket, &bytes, bytes.count)
            if count < 0 {
                if errno != EAGAIN, errno != EINTR { drop(id) }
                return
            }
            change(id) { $0.received(bytes[..<count], now: now) }
        } else if bits & POLLHUP != 0 {
            return drop(id)
        }
        if bits & POLLOUT != 0 { write(id) }
    }

    /// Changes a connection, and does what that leads to.
    private func change(_ id: UInt64, _ body: (inout WebConnection) -> WebConnection.Step) {
        guard var client = clients[id] else { return }
        let step = body(&client.connection)
        clients[id] = client
        switch step {
        case .goOn: break
        case .close: drop(id)
        case .refuse(let status):
            clients[id]?.connection.send(
                WebResponse(status, status.phrase.lowercased()), closing: true, now: .now)
            write(id)
        case .answer(let request): answer(request, id)
        }
    }

    private func answer(_ request: WebRequest, _ id: UInt64) {
        switch site?.answer(request) {
        case nil: drop(id)
        case .now(let response):
            clients[id]?.connection.send(response, now: .now)
        case .later(let begin):
            return begin(WebReply(connection: id, server: self))
        case .events(let head, let begun):
            guard let address = clients[id]?.connection.address, hasRoomForStream(to: address) else {
                // Not an error: the page then asks again and again, without a line in the browser's console.
                clients[id]?.connection.send(WebResponse(.noContent, type: "text/plain", body: []), now: .now)
                break
            }
            clients[id]?.connection.stream(head, now: .now)
            streams.add(1, ordering: .relaxed)
            begun()
        }
        write(id)
    }

    private func hasRoomForStream(to address: String) -> Bool {
        let all = clients.values.filter { $0.connection.phase == .streaming }
        return all.count < limits.streams
            && all.count { $0.connection.address == address } < limits.streamsPerAddress
    }

    private func sendEvent(to id: UInt64) {
        guard event.number > 0, clients[id]?.connection.phase == .streaming else { return }
        clients[id]?.connection.send(event: event.bytes, number: event.number, now: .now)
        write(id)
    }

    /// Sends as much as the client takes.
    private func write(_ id: UInt64) {
        while let client = clients[id], client.connection.wantsOutput {
            let count = client.connection.output.withUnsafeBytes {
                send(client.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno != EAGAIN { drop(id) }
                return
            }
            change(id) { $0.sent(count, now: .now) }
        }
    }

    private func drop(_ id: UInt64) {
        guard let client = clients.removeValue(forKey: id) else { return }
        if client.connection.phase == .streaming { streams.subtract(1, ordering: .relaxed) }
        close(client.socket)
    }

    // MARK: New connections

    private func accept(_ now: MonotonicInstant) {
        while true {
            let socket = clinux_accept(listener)
            guard socket >= 0 else { return acceptFailed(errno, now) }
            hasComplained = false
            var size = limits.sendBuffer
            setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout.size(ofValue: size)))
            var text = [CChar](repeating: 0, count: 64)
            clinux_peer_address(socket, &text, 64)
            let address = String(
                decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            lastID += 1
            clients[lastID] = Client(
                connection: WebConnection(id: lastID, address: address, limits: limits, now: now),
                socket: socket)
            if clients.count > limits.connections, !makeRoom() { drop(lastID) }
        }
    }

    /// Closes the connection that has been waited for the longest; one that is being answered is left alone.
    private func makeRoom() -> Bool {
        let idle = clients.values.filter { $0.connection.phase == .reading }
        let oldest = idle.min { one, other in
            (one.connection.stirredAt, one.connection.id) < (other.connection.stirredAt, other.connection.id)
        }
        guard let oldest else { return false }
        drop(oldest.connection.id)
        return true
    }

    private func acceptFailed(_ code: Int32, _ now: MonotonicInstant) {
        guard code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM else { return }
        if makeRoom() { return }
        // poll would tell of the connection again and again.
        pausedUntil = now + .seconds(1)
        if !hasComplained { refused(String(cString: strerror(code))) }
        hasComplained = true
    }

    private static func listen(at address: ListenAddress) throws -> (Int32, UInt16) {
        func failure() -> CommandFailure {
            CommandFailure(.io, "\(address.text) cannot be listened at: \(String(cString: strerror(errno)))")
        }
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = socket(address.isIPv6 ? AF_INET6 : AF_INET, Int32(type), 0)
        guard socket >= 0 else { throw failure() }
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout.size(ofValue: on)))
        guard address.withSocketAddress({ bind(socket, $0, $1) }) == 0, Glibc.listen(socket, 128) == 0 else {
            let failure = failure()
            close(socket)
            throw failure
        }
        var name = sockaddr_in6()
        var size = socklen_t(MemoryLayout.size(ofValue: name))
        _ = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        // The port is in the same place for both families.
        return (socket, UInt16(bigEndian: name.sin6_port))
    }
}
