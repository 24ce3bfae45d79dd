import CLinux
import Glibc
import Synchronization

/// The thread that an event loop runs on.
final class LoopThread: Sendable {
    private let waker: Waker
    /// Nil once somebody has taken it to wait for its end.
    private let thread: Mutex<pthread_t?>

    /// Starts the loop.
    init(_ setup: EventLoop.Setup) throws(LoopbackServer.Failure) {
        waker = setup.waker
        var thread = pthread_t()
        // Safe because the thread takes the one reference that is given up here, exactly once.
        let argument = Unmanaged.passRetained(setup)
        let code = pthread_create(&thread, nil, runEventLoop, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .system(call: "pthread_create", errno: code)
        }
        self.thread = Mutex(thread)
    }

    /// Ends the loop and waits for that, which takes no longer than what the loop is doing right now.
    func stop() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        waker.stop()
        if pthread_equal(thread, pthread_self()) != 0 {
            _ = pthread_detach(thread)  // a handler stops its own server: waiting would be for ever
        } else {
            _ = pthread_join(thread, nil)  // joined once, by whoever took it
        }
    }
}

private func runEventLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    clinux_set_thread_name("loopback-server")
    let setup = Unmanaged<EventLoop.Setup>.fromOpaque(argument).takeRetainedValue()
    EventLoop(setup).run()
    return nil
}
