internal import CCurl
internal import CLinux
internal import Glibc

/// The sockets that a loop waits for, with epoll(7).
///
/// curl removes a socket after each request and adds it again for the next one on the same connection. Therefore curl's
/// wishes are only noted. Before each wait the kernel is told those that are new to it, so that a connection that is used
/// again costs no system call.
final class PollSet {
    private struct Socket {
        /// The events that curl waits for; 0 for none.
        var wanted: UInt32 = 0
        /// The events that the kernel was told.
        var registered: UInt32 = 0
        var isChanged = false
        /// Whether it is between ``opened(_:)`` and ``closed(_:)``, so that the kernel cannot have dropped it unnoticed.
        var isOpen = false
    }

    // What changes several times a page is unchecked, since no access to it calls out.

    private let epoll: Int32
    @exclusivity(unchecked) private var events = [epoll_event](repeating: epoll_event(), count: 256)
    /// The sockets, by descriptor.
    @exclusivity(unchecked) private var sockets: [Socket] = []
    @exclusivity(unchecked) private var changed: [Int32] = []
    /// How many sockets are between ``opened(_:)`` and ``closed(_:)``.
    private(set) var openCount = 0

    /// - Throws: `LoopFailure` when there are no descriptors left.
    init() throws(LoopFailure) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw LoopFailure(call: "epoll_create1", number: errno) }
    }

    deinit {
        close(epoll)
    }

    /// Notes a socket that was just opened for a connection.
    func opened(_ descriptor: Int32) {
        grow(to: descriptor)
        sockets[Int(descriptor)].registered = 0
        sockets[Int(descriptor)].isOpen = true
        openCount += 1
    }

    /// Notes a socket that is about to be closed. The kernel drops it by itself.
    func closed(_ descriptor: Int32) {
        grow(to: descriptor)
        sockets[Int(descriptor)].wanted = 0
        sockets[Int(descriptor)].registered = 0
        if sockets[Int(descriptor)].isOpen { openCount -= 1 }
        sockets[Int(descriptor)].isOpen = false
    }

    /// Waits for other events on a descriptor from now on; 0 for none.
    func want(_ events: UInt32, of descriptor: Int32) {
        grow(to: descriptor)
        let index = Int(descriptor)
        sockets[index].wanted = events
        guard sockets[index].isOpen || events != 0 else {
            // curl may close and reuse a descriptor of its own, such as a resolver's, without telling us.
            epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
            sockets[index].registered = 0
            return
        }
        guard !sockets[index].isChanged else { return }
        sockets[index].isChanged = true
        changed.append(descriptor)
    }

    /// Waits for events, no longer than so many milliseconds (−1: for ever).
    ///
    /// - Returns: how many events there are for ``event(_:)``.
    func wait(milliseconds: Int32) -> Int {
        for descriptor in changed { register(descriptor) }
        changed.removeAll(keepingCapacity: true)
        // The count is negative when a signal interrupted the wait (EINTR). Then nothing is ready.
        return max(0, Int(epoll_wait(epoll, &events, Int32(events.count), milliseconds)))
    }

    /// An event of the last wait and its descriptor; nil when nobody wants it any more.
    func event(_ index: Int) -> (descriptor: Int32, events: UInt32)? {
        let descriptor = events[index].data.fd
        // Handling an earlier event may have removed or closed the socket.
        guard sockets[Int(descriptor)].wanted != 0 else {
            remove(descriptor)
            return nil
        }
        return (descriptor, events[index].events)
    }

    private func register(_ descriptor: Int32) {
        let index = Int(descriptor)
        sockets[index].isChanged = false
        let wanted = sockets[index].wanted
        // A socket that is no longer wanted stays registered until something happens on it. Most are wanted again before.
        guard wanted != 0, wanted != sockets[index].registered else { return }
        var event = epoll_event()
        event.events = wanted
        event.data.fd = descriptor
        let isKnown = sockets[index].registered != 0
        if epoll_ctl(epoll, isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0 {
            epoll_ctl(epoll, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event)
        }
        sockets[index].registered = wanted
    }

    private func remove(_ descriptor: Int32) {
        guard sockets[Int(descriptor)].registered != 0 else { return }
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
        sockets[Int(descriptor)].registered = 0
    }

    private func grow(to descriptor: Int32) {
        while sockets.count <= Int(descriptor) { sockets.append(Socket()) }
    }
}

// C cannot call a closure that captures anything, so curl passes the set itself as the callback's context.

/// Closes a socket as curl does (CURLOPT_CLOSESOCKETFUNCTION(3)).
func closeSocket(_ context: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t) -> Int32 {
    if let context { Unmanaged<PollSet>.fromOpaque(context).takeUnretainedValue().closed(descriptor) }
    return close(descriptor)
}
