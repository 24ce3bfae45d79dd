internal import CCurl
internal import CLinux
package import CrawlCore
internal import Glibc

/// Many transfers at once on one thread: curl's multi interface driven by epoll(7), as
/// curl_multi_socket_action(3) describes.
///
/// Everything but the ``waker`` belongs to the thread that calls ``turn(until:)``.
package final class TransferLoop {
    /// Wakes the loop from other threads.
    package let waker: Waker
    // Unchecked because it is read with every line of a header, and set when nothing else runs.
    /// The time of the current turn. The clock is read once a turn.
    @exclusivity(unchecked) package private(set) var now: MonotonicInstant = .now

    private let multi: UnsafeMutableRawPointer
    private let connections: Int
    /// The sockets of all connections, and the waker's.
    let sockets: PollSet
    /// When curl wants to be called even without an event.
    private var timer: MonotonicInstant?
    /// Transfers that are running and ask a server.
    private var active: [Transfer] = []
    /// Transfers that are running and whose response comes out of a file.
    private var readers: [Transfer] = []
    private var nextReadCheck: MonotonicInstant = .now
    private var nextPruning: MonotonicInstant = .now
    private var nameLifetime = NameLifetime(now: .now)
    private(set) lazy var nameDiagnosis = NameDiagnosis()

    /// How often the loop looks for servers that send nothing: the precision of a read time-out.
    private static let readCheckInterval: Duration = .milliseconds(100)
    /// How often curl is told to forget names that were looked up a while ago.
    private static let pruningInterval: Duration = .seconds(1)

    /// An idle loop.
    ///
    /// - Parameter connections: how many connections are kept open to be used again.
    /// - Throws: `LoopFailure` when the process has no file descriptors left.
    package init(connections: Int) throws(LoopFailure) {
        _ = TransferLoop.globalSetUp
        waker = try Waker()
        sockets = try PollSet()
        guard let multi = curl_multi_init() else {
            throw LoopFailure(call: "curl_multi_init", number: ENOMEM)
        }
        self.multi = multi
        self.connections = connections
        sockets.want(clinux_epollin, of: waker.descriptor)

        // Safe because curl calls back only from within calls that this object makes.
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_setopt_socket_callback(multi, reportSocket)
        ccurl_multi_setopt_pointer(multi, CURLMOPT_SOCKETDATA, context)
        ccurl_multi_setopt_timer_callback(multi, reportTimer)
        ccurl_multi_setopt_pointer(multi, CURLMOPT_TIMERDATA, context)
        ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    deinit {
        for transfer in active { curl_multi_remove_handle(multi, transfer.handle.easy) }
        curl_multi_cleanup(multi)
    }

    /// Calls curl_global_init(3) once a process. In curl 7.88 two threads must not call it at the same time.
    static let globalSetUp: Void = {
        _ = ccurl_global_init()  // Fails only without memory, and then the next call fails as well.
    }()

    /// Whether more than a quarter of the connections that may be kept are open. From then on only those are kept that a
    /// request waits for; they have the other three quarters.
    var isCrowded: Bool { sockets.openCount > connections / 4 }

    /// How many transfers are running.
    package var activeCount: Int { active.count + readers.count }

    /// Starts a transfer. Its delegate is told of the end during a later ``turn(until:)``.
    ///
    /// - Returns: false when curl has no memory for it.
    package func start(_ transfer: Transfer) -> Bool {
        precondition(transfer.slot < 0, "the transfer is running already")
        // The property `now` is as old as the last turn.
        let now = MonotonicInstant.now
        // curl would go over all names that it knows at the end of each transfer, so that a page would cost more the more
        // hosts there are. Once a second is enough.
        var lifetime = -1
        if nextPruning <= now {
            nextPruning = now + TransferLoop.pruningInterval
            lifetime = nameLifetime.seconds(now: now)
        }
        transfer.prepareForStart(now: now, nameLifetime: lifetime)
        guard curl_multi_add_handle(multi, transfer.handle.easy) == CURLM_OK else { return false }
        transfer.slot = active.count
        active.append(transfer)
        return true
    }

    /// Starts a transfer whose response comes out of a file, whatever URL it is set to: no server is asked. Its delegate is told what
    /// it would be told otherwise, and of the end during a later ``turn(until:)``.
    package func start(_ transfer: Transfer, from response: FileResponse) {
        precondition(transfer.slot < 0, "the transfer is running already")
        transfer.prepareForStart(now: .now, nameLifetime: transfer.settings.nameLifetime)
        transfer.running.file = response
        transfer.slot = readers.count
        readers.append(transfer)
    }

    /// Ends a transfer at once and closes its connection. Its delegate is not told.
    package func cancel(_ transfer: Transfer) {
        guard transfer.slot >= 0 else { return }
        remove(transfer)
    }

    /// Waits for something to do, does it, and tells the delegates of what has finished.
    ///
    /// - Parameter deadline: when to return at the latest; nil to wait until something happens.
    package func turn(until deadline: MonotonicInstant?) {
        let ready = sockets.wait(milliseconds: waitMilliseconds(until: deadline))
        now = .now
        var running: Int32 = 0
        for index in 0..<ready {
            guard let (descriptor, events) = sockets.event(index) else { continue }
            if descriptor == waker.descriptor {
                waker.drain()
                continue
            }
            var mask: Int32 = 0
            if events & clinux_epollin != 0 { mask |= CURL_CSELECT_IN }
            if events & clinux_epollout != 0 { mask |= CURL_CSELECT_OUT }
            if events & (clinux_epollerr | clinux_epollhup) != 0 { mask |= CURL_CSELECT_ERR }
            curl_multi_socket_action(multi, descriptor, mask, &running)
        }
        if let due = timer, due <= now {
            timer = nil
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
        }
        finishCompleted()
        if !readers.isEmpty { readFiles() }
        if now >= nextReadCheck { finishSilent() }
    }

    private func waitMilliseconds(until deadline: MonotonicInstant?) -> Int32 {
        guard readers.isEmpty else { return 0 }
        var earliest = deadline
        if let timer { earliest = min(earliest ?? timer, timer) }
        if !active.isEmpty { earliest = min(earliest ?? nextReadCheck, nextReadCheck) }
        guard let earliest else { return -1 }
        if earliest <= now { return 0 }
        let left = earliest - .now
        // `wholeMilliseconds` rounds up. Waking too early would turn the loop again and again until the time has come.
        return left <= .zero ? 0 : Int32(min(left.wholeMilliseconds, 60_000))
    }

    private func finishCompleted() {
        var queued: Int32 = 0
        while let message = curl_multi_info_read(multi, &queued) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = CurlCode(ccurl_message_result(message))
            var context: UnsafeMutableRawPointer?
            // curl_multi_remove_handle frees the message, so everything is read from it before.
            _ = ccurl_getinfo_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let result = transfer.result(of: code)
            remove(transfer)
            if transfer.metDeadConnections(result) {
                transfer.wantsNewConnection = true
                if start(transfer) { continue }
            }
            transfer.delegate.finished(transfer, result)
        }
    }

    /// Reads a part of each file.
    private func readFiles() {
        for transfer in readers {
            // A delegate that was told of another's end may have cancelled it.
            guard transfer.slot >= 0, let response = transfer.running.file,
                let result = transfer.takePart(of: response)
            else { continue }
            remove(transfer)
            transfer.delegate.finished(transfer, result)
        }
    }

    /// Ends the transfers whose server has sent nothing for too long.
    private func finishSilent() {
        nextReadCheck = now + TransferLoop.readCheckInterval
        let silent = active.filter { transfer in
            let limit = transfer.settings.readTimeout
            guard limit > .zero, transfer.running.lastActivity + limit <= now else { return false }
            // Until the request is out, the time-out for connecting counts instead.
            let connected = transfer.preTransferMicroseconds
            guard connected > 0, !transfer.goesOnSending(now: now) else { return false }
            // Before the first byte the last activity is the start, but the server's silence began with the request.
            guard transfer.running.headerBytes == 0 else { return true }
            return transfer.running.lastActivity + .microseconds(connected) + limit <= now
        }
        for transfer in silent {
            remove(transfer)
            transfer.delegate.finished(transfer, .readTimeout)
        }
    }

    private func remove(_ transfer: Transfer) {
        if transfer.running.file == nil {
            curl_multi_remove_handle(multi, transfer.handle.easy)
            remove(transfer, from: &active)
        } else {
            remove(transfer, from: &readers)
        }
        transfer.endDecoding()
        transfer.wantsNewConnection = false
    }

    private func remove(_ transfer: Transfer, from transfers: inout [Transfer]) {
        let slot = transfer.slot
        transfers.swapAt(slot, transfers.count - 1)
        transfers.removeLast()
        if slot < transfers.count { transfers[slot].slot = slot }
        transfer.slot = -1
    }

    /// Notes that curl looks up a name.
    func lookedUp() { nameLifetime.lookedUp(now: now) }

    fileprivate func socketChanged(_ socket: curl_socket_t, _ what: Int32) {
        var events: UInt32 = 0
        // CURL_POLL_REMOVE has neither bit.
        if what & CURL_POLL_IN != 0 { events |= clinux_epollin }
        if what & CURL_POLL_OUT != 0 { events |= clinux_epollout }
        sockets.want(events, of: socket)
    }

    fileprivate func timerChanged(milliseconds: Int) {
        switch milliseconds {
        case ..<0: timer = nil
        case 0: timer = now
        default: timer = .now + .milliseconds(milliseconds)
        }
    }
}

private func reportSocket(
    _: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue().socketChanged(socket, what)
    return 0
}

private func reportTimer(
    _: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<TransferLoop>.fromOpaque(context).takeUnretainedValue().timerChanged(milliseconds: milliseconds)
    return 0
}
