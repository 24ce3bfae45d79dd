internal import CCurl
internal import CLinux
internal import Glibc

/// The sockets that a loop waits on, with epoll(7).
///
/// curl takes a socket out after each request and puts it back for the next one on the same connection. What it
/// wants is therefore only noted, and told to the kernel before the next wait, where it is something new: a
/// connection that is used again costs no call.
final class PollSet {
    private struct Socket {
        /// What curl waits for.
        var wanted: UInt32 = 0
        /// What the kernel knows.
        var registered: UInt32 = 0
        var isChanged = false
        /// Between ``opened(_:)`` and ``closed(_:)``, so that the kernel cannot have dropped it unnoticed.
        var isOpen = false
    }

    private let epoll: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 256)
    // Unchecked because it changes several times a page, and no access to it calls out.
    /// By descriptor.
    @exclusivity(unchecked) private var sockets: [Socket] = []
    private var changed: [Int32] = []
    /// Sockets between ``opened(_:)`` and ``closed(_:)``.
    private(set) var openCount = 0

    /// - Throws: `LoopFailure` where there are no descriptors left.
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

    /// Notes a socket that is about to be closed, at which the kernel drops it.
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
            // A descriptor of curl's own, such as a resolver's, may be closed and used again without a word.
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
    /// - Returns: how many there are for ``event(_:)``.
    func wait(milliseconds: Int32) -> Int {
        for descriptor in changed { register(descriptor) }
        changed.removeAll(keepingCapacity: true)
        // A negative count is EINTR: nothing is ready.
        return max(0, Int(epoll_wait(epoll, &events, Int32(events.count), milliseconds)))
    }

    /// An event of the last wait and its descriptor; nil where nobody wants it any more.
    func event(_ index: Int) -> (descriptor: Int32, events: UInt32)? {
        let descriptor = events[index].data.fd
        // An earlier event may have led to its being taken out or closed.
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
        // One that is wanted no more is left in until something happens on it: most are wanted again before.
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

// The callback has no captures, as C wants it; its context is the set itself.

/// Closes a socket as curl does (CURLOPT_CLOSESOCKETFUNCTION(3)).
func closeSocket(_ context: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t) -> Int32 {
    if let context { Unmanaged<PollSet>.fromOpaque(context).takeUnretainedValue().closed(descriptor) }
    return close(descriptor)
}
