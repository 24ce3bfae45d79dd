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
    // Unchecked because it is read with every line of a header, and set where nothing else runs.
    /// The time as of the current turn, read once a turn.
    @exclusivity(unchecked) package private(set) var now: MonotonicInstant = .now

    private let multi: UnsafeMutableRawPointer
    private let connections: Int
    let sockets: PollSet
    /// When curl wants to be called without an event.
    private var timer: MonotonicInstant?
    private var active: [Transfer] = []
    private var nextReadCheck: MonotonicInstant = .now
    private var nextPruning: MonotonicInstant = .now
    private var nameLifetime = NameLifetime(now: .now)

    /// How often transfers are checked for a server that sends nothing: the precision of a read time-out.
    private static let readCheckInterval: Duration = .milliseconds(100)
    /// How often names that were looked up a while ago are forgotten.
    private static let pruningInterval: Duration = .seconds(1)

    /// An idle loop.
    ///
    /// - Parameter connections: how many connections are kept open for re-use.
    /// - Throws: `LoopFailure` where there are no descriptors left.
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
        for transfer in active { curl_multi_remove_handle(multi, transfer.easy) }
        curl_multi_cleanup(multi)
    }

    /// curl_global_init(3) once a process, which in this version of curl is not safe to race.
    static let globalSetUp: Void = {
        _ = ccurl_global_init()  // Fails only out of memory, and then so does the next call.
    }()

    /// Whether more than a quarter of the connections that may be kept are there: those that are none the less kept, for
    /// what is about to come, have the rest.
    var isCrowded: Bool { sockets.openCount > connections / 4 }

    /// Transfers under way.
    package var activeCount: Int { active.count }

    /// Starts a transfer; its delegate hears of its end from a later ``turn(until:)``.
    ///
    /// - Returns: false where curl has no memory for it.
    package func start(_ transfer: Transfer) -> Bool {
        precondition(transfer.slot < 0, "the transfer is under way already")
        // `now` is as old as the last turn.
        let now = MonotonicInstant.now
        // Pruning goes over all names: after each transfer, as curl would have it, it makes a page the dearer the more
        // hosts there are.
        var lifetime = -1
        if nextPruning <= now {
            nextPruning = now + TransferLoop.pruningInterval
            lifetime = nameLifetime.seconds(now: now)
        }
        transfer.prepareForStart(now: now, nameLifetime: lifetime)
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else { return false }
        transfer.slot = active.count
        active.append(transfer)
        return true
    }

    /// Ends a transfer at once and closes its connection; its delegate hears nothing of it.
    package func cancel(_ transfer: Transfer) {
        guard transfer.slot >= 0 else { return }
        remove(transfer)
    }

    /// Waits for something to do, does it, and tells the delegates of what has finished.
    ///
    /// - Parameter deadline: when to come back at the latest; nil for whenever something happens.
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
        if now >= nextReadCheck { finishSilent() }
    }

    private func waitMilliseconds(until deadline: MonotonicInstant?) -> Int32 {
        var earliest = deadline
        if let timer { earliest = min(earliest ?? timer, timer) }
        if !active.isEmpty { earliest = min(earliest ?? nextReadCheck, nextReadCheck) }
        guard let earliest else { return -1 }
        if earliest <= now { return 0 }
        let left = earliest - .now
        // Rounded up: coming back early would spin until the time has come.
        return left <= .zero ? 0 : Int32(min(left.wholeMilliseconds, 60_000))
    }

    private func finishCompleted() {
        var queued: Int32 = 0
        while let message = curl_multi_info_read(multi, &queued) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = CurlCode(ccurl_message_result(message))
            var context: UnsafeMutableRawPointer?
            // After curl_multi_remove_handle the message is gone: all of it has been read by now.
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

    /// Ends the transfers whose server has been silent for too long.
    private func finishSilent() {
        nextReadCheck = now + TransferLoop.readCheckInterval
        let silent = active.filter { transfer in
            guard transfer.readTimeout > .zero, transfer.lastActivity + transfer.readTimeout <= now
            else { return false }
            // Until the request is out, the time for connecting counts instead.
            let connected = transfer.preTransferMicroseconds
            guard connected > 0, !transfer.goesOnSending(now: now) else { return false }
            // Before the first byte the last activity is the start; the silence began with the request.
            guard transfer.headerBytes == 0 else { return true }
            return transfer.lastActivity + .microseconds(connected) + transfer.readTimeout <= now
        }
        for transfer in silent {
            remove(transfer)
            transfer.delegate.finished(transfer, .readTimeout)
        }
    }

    private func remove(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.returnDecoder()
        transfer.wantsNewConnection = false
        let slot = transfer.slot
        active.swapAt(slot, active.count - 1)
        active.removeLast()
        if slot < active.count { active[slot].slot = slot }
        transfer.slot = -1
    }

    /// Notes that curl has not known a name.
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
