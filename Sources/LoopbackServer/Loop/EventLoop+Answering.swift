import CLinux
import Glibc

extension EventLoop {
    /// How many bytes one connection may send before the others have their turn.
    private static let turn = 256 * 1024

    /// Takes the next request, if it is complete, and asks the handler for the response.
    ///
    /// - Returns: whether there is a response to play now.
    func begin(_ connection: Connection) -> Bool {
        guard let pending = connection.pending ?? takeHead(connection) else { return false }
        guard let body = connection.reader.takeBody(pending.head.contentLength) else {
            connection.pending = pending
            return false
        }
        connection.pending = nil

        let request = LoopbackServer.Request(
            head: pending.head, body: body, address: setup.listeners[connection.host].address,
            connection: connection.number, hit: pending.hit)
        connection.playback = Connection.Playback(
            steps: setup.handler(request).steps(method: request.method), closesAfter: pending.head.wantsClose)
        return true
    }

    /// Does the steps of the response that need no waiting.
    ///
    /// The ledger is locked meanwhile, so that a client that has received the last byte cannot find the exchange unfinished.
    ///
    /// - Returns: whether the response has ended and the connection is ready for the next request.
    func play(_ connection: Connection) -> Bool {
        guard var playback = connection.playback else { return true }
        return setup.ledger.update { ledger in
            var allowance = Self.turn
            while connection.isOpen && playback.index < playback.steps.count {
                guard playStep(connection, &playback, &allowance, &ledger) else {
                    connection.playback = playback
                    return false
                }
            }
            connection.playback = nil
            if playback.closesAfter { close(connection, .answered, &ledger) }
            finish(connection, .answered, &ledger)
            return connection.isOpen
        }
    }

    /// Does one step; false when it has to go on later.
    private func playStep(
        _ connection: Connection, _ playback: inout Connection.Playback, _ allowance: inout Int,
        _ ledger: inout Ledger
    ) -> Bool {
        switch playback.steps[playback.index] {
        case .send(let bytes):
            guard send(bytes, on: connection, &playback, &allowance, &ledger) else { return false }
            playback.goOn()
        case .wait(let duration):
            guard wait(duration, connection, &playback) else { return false }
            playback.goOn()
        case .repeat(let bytes, let interval):
            if playback.wakesAt != nil {
                guard wait(interval, connection, &playback) else { return false }
                playback.wakesAt = nil
            }
            guard send(bytes, on: connection, &playback, &allowance, &ledger) else { return false }
            playback.offset = 0
            return interval <= .zero || wait(interval, connection, &playback)
        case .hold(let latch):
            guard latch.isOpen(orWakes: setup.waker) else {
                if !held.contains(where: { $0 === connection }) { held.append(connection) }
                return false
            }
            playback.goOn()
        case .stall:
            return false
        case .finish:
            finish(connection, .answered, &ledger)
            playback.goOn()
        case .close:
            close(connection, .answered, &ledger)
        case .reset:
            // Closing with a linger time of zero sends RST instead of FIN (socket(7)).
            var option = linger(l_onoff: 1, l_linger: 0)
            let size = socklen_t(MemoryLayout.size(ofValue: option))
            _ = setsockopt(connection.socket.number, SOL_SOCKET, SO_LINGER, &option, size)
            close(connection, .answered, &ledger)
        }
        return true
    }

    /// Sends the rest of a step's bytes; false when some are still left.
    private func send(
        _ bytes: [UInt8], on connection: Connection, _ playback: inout Connection.Playback,
        _ allowance: inout Int, _ ledger: inout Ledger
    ) -> Bool {
        while playback.offset < bytes.count {
            guard allowance > 0 else {
                connection.isBlocked = true
                return false
            }
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[playback.offset...])
                return Glibc.send(
                    connection.socket.number, rest.baseAddress, min(rest.count, allowance),
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                playback.offset += count
                allowance -= count
                connection.exchange?.bytesSent += count
            } else if errno == EAGAIN {
                connection.isBlocked = true
                return false
            } else if errno != EINTR {
                close(connection, .abandoned, &ledger)
                return false
            }
        }
        return true
    }

    /// Whether a step's wait has ended. The first call begins it.
    private func wait(
        _ duration: Duration, _ connection: Connection, _ playback: inout Connection.Playback
    ) -> Bool {
        if let instant = playback.wakesAt { return instant <= .now }
        let instant = ContinuousClock.now + duration
        playback.wakesAt = instant
        timers.insert(
            TimerQueue.Call(
                instant: instant, descriptor: connection.socket.number, connection: connection.number))
        return false
    }

    /// Takes a request's head, and records the request as in flight.
    private func takeHead(_ connection: Connection) -> Connection.PendingRequest? {
        let head: RequestHead
        do {
            guard let taken = try connection.reader.takeHead() else { return nil }
            head = taken
        } catch {
            setup.ledger.update { $0.reject(host: connection.host) }
            sendAtOnce(
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", connection)
            close(connection, .answered)
            return nil
        }
        // The request started when the kernel received it, since on a busy machine this thread sees it late. The kernel's
        // figure may be too large by a tick of 4 ms (CONFIG_HZ=250), which is subtracted.
        let lateness = Duration.milliseconds(max(clinux_since_received(connection.socket.number) - 4, 0))
        let (entry, hit) = setup.ledger.update {
            $0.start(head, host: connection.host, connection: connection.number, at: .now - lateness)
        }
        connection.exchange = Connection.Exchange(entry: entry)
        if head.expectsContinue { sendAtOnce("HTTP/1.1 100 Continue\r\n\r\n", connection) }
        return Connection.PendingRequest(head: head, hit: hit)
    }

    /// Sends a few bytes on a connection on which nothing else is being sent, so that there is room for them.
    private func sendAtOnce(_ text: String, _ connection: Connection) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection.socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
