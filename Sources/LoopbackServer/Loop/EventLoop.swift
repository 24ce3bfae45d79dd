import CLinux
import Glibc

/// Serves all connections of a server on one thread, with epoll, non-blocking sockets and a queue of timers.
///
/// This file brings events to connections. `EventLoop+Answering.swift` sends the responses.
final class EventLoop {
    /// Everything that a loop is made from. It is made on the thread that starts the server.
    final class Setup: Sendable {
        let listeners: [Listener]
        let poller: Descriptor
        let timer: Timer
        let waker: Waker
        let ledger: SharedLedger
        let handler: LoopbackServer.Handler

        init(
            listeners: [Listener], poller: Descriptor, timer: Timer, waker: Waker, ledger: SharedLedger,
            handler: @escaping LoopbackServer.Handler
        ) {
            self.listeners = listeners
            self.poller = poller
            self.timer = timer
            self.waker = waker
            self.ledger = ledger
            self.handler = handler
        }
    }

    /// The source of an event. It is in the upper half of the word that epoll keeps with a descriptor; the lower half is a
    /// number.
    private enum Source: UInt64 {
        case waker, timer, listener, connection

        func word(_ number: Int32) -> UInt64 { rawValue << 32 | UInt64(UInt32(bitPattern: number)) }
    }

    let setup: Setup
    var timers = TimerQueue()
    /// Connections that wait for a latch.
    var held: [Connection] = []
    /// Open connections by descriptor.
    private var connections: [Connection?] = []
    private var accepted = 0
    /// The instant to which the timer is set.
    private var timerInstant: ContinuousClock.Instant?
    /// Whether nothing is accepted because the process has no descriptor left.
    private var isPaused = false
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(_ setup: Setup) {
        self.setup = setup
    }

    /// Serves until the waker tells it to stop, then closes everything.
    func run() {
        watch(setup.waker.descriptor, clinux_epollin, .waker, 0)
        watch(setup.timer.descriptor, clinux_epollin, .timer, 0)
        for index in setup.listeners.indices { watchListener(index, EPOLL_CTL_ADD) }

        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while !setup.waker.isStopping {
            // -1 means that a signal interrupted the wait, and there is nothing to do.
            let count = epoll_wait(setup.poller.number, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(count, 0))) where !setup.waker.isStopping { handle(event) }
            setTimer()
        }
        for connection in connections { if let connection { close(connection, .stopped) } }
        setup.ledger.close()
    }

    /// Closes a connection, and ends the exchange that is in flight on it.
    func close(_ connection: Connection, _ end: LoopbackServer.Exchange.End) {
        setup.ledger.update { close(connection, end, &$0) }
    }

    /// The same for a caller that has locked the ledger already.
    func close(_ connection: Connection, _ end: LoopbackServer.Exchange.End, _ ledger: inout Ledger) {
        guard connection.isOpen else { return }
        connection.isOpen = false
        finish(connection, end, &ledger)
        ledger.disconnect(host: connection.host)
        let descriptor = connection.socket.number
        // Closing alone may not be enough: a child process that is being spawned may share the socket, which keeps it in
        // epoll's set.
        _ = epoll_ctl(setup.poller.number, EPOLL_CTL_DEL, descriptor, nil)
        connections[Int(descriptor)] = nil
        if isPaused {
            isPaused = false
            for index in setup.listeners.indices { watchListener(index, EPOLL_CTL_MOD) }
        }
    }

    /// Records the end of the request in flight, if there is one.
    func finish(_ connection: Connection, _ end: LoopbackServer.Exchange.End, _ ledger: inout Ledger) {
        guard let exchange = connection.exchange else { return }
        connection.exchange = nil
        ledger.finish(exchange.entry, end, bytesSent: exchange.bytesSent, at: .now)
    }

    private func handle(_ event: epoll_event) {
        let number = Int(UInt32(truncatingIfNeeded: event.data.u64))
        switch Source(rawValue: event.data.u64 >> 32) {
        case .connection:
            if let connection = connections[number] { serve(connection, event.events) }
        case .listener:
            accept(number)
        case .timer:
            fireTimers()
        case .waker:
            releaseHeld()
        case nil:
            break
        }
    }

    private func serve(_ connection: Connection, _ events: UInt32) {
        if events & ~clinux_epollout != 0 { receive(connection) }
        if events & clinux_epollout != 0 { connection.isBlocked = false }
        drive(connection)
    }

    /// Does all that can be done on a connection now, and asks for the events that it needs next.
    private func drive(_ connection: Connection) {
        while connection.isOpen {
            guard connection.playback == nil ? begin(connection) : play(connection) else { break }
        }
        let interest = clinux_epollin | (connection.isBlocked ? clinux_epollout : 0)
        if connection.isOpen && interest != connection.interest {
            connection.interest = interest
            watch(connection.socket, interest, .connection, connection.socket.number, EPOLL_CTL_MOD)
        }
    }

    /// Reads once; what is left in the kernel is reported again.
    ///
    /// A client that closes its side is taken to have gone, although HTTP lets it half-close: an exchange that
    /// a client gave up must not count as in flight any longer.
    private func receive(_ connection: Connection) {
        let count = recv(connection.socket.number, &buffer, buffer.count, 0)
        if count > 0 {
            connection.reader.append(buffer[..<count])
            if connection.reader.isOverfull { close(connection, .abandoned) }
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            close(connection, .abandoned)
        }
    }

    private func accept(_ index: Int) {
        while true {
            let number = clinux_accept(setup.listeners[index].socket.number)
            if number < 0 {
                if errno == EMFILE || errno == ENFILE {
                    // Otherwise epoll would report the listeners again and again.
                    isPaused = true
                    for index in setup.listeners.indices { watchListener(index, EPOLL_CTL_MOD) }
                }
                return
            }
            let connection = Connection(
                socket: Descriptor(open: number), number: accepted, host: index, interest: clinux_epollin)
            accepted += 1
            while connections.count <= Int(number) { connections.append(nil) }
            connections[Int(number)] = connection
            setup.ledger.update { $0.connect(host: index) }
            watch(connection.socket, clinux_epollin, .connection, number)
        }
    }

    private func fireTimers() {
        setup.timer.acknowledge()
        timerInstant = nil
        let now = ContinuousClock.now
        while let call = timers.popDue(at: now) {
            if let connection = connections[Int(call.descriptor)], connection.number == call.connection {
                drive(connection)
            }
        }
    }

    private func releaseHeld() {
        setup.waker.acknowledge()
        let held = held
        self.held = []
        for connection in held { drive(connection) }
    }

    private func setTimer() {
        guard let earliest = timers.earliest, earliest != timerInstant else { return }
        timerInstant = earliest
        setup.timer.set(earliest, now: .now)
    }

    private func watchListener(_ index: Int, _ operation: Int32) {
        watch(
            setup.listeners[index].socket, isPaused ? 0 : clinux_epollin, .listener, Int32(index), operation)
    }

    private func watch(
        _ descriptor: Descriptor, _ events: UInt32, _ source: Source, _ number: Int32,
        _ operation: Int32 = EPOLL_CTL_ADD
    ) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: source.word(number)))
        // Fails only when the kernel has no memory for it. The client then sees a server that does not answer.
        _ = epoll_ctl(setup.poller.number, operation, descriptor.number, &event)
    }
}
