import CLinux
import Glibc
import Synchronization

/// The thread of an event loop.
final class LoopThread: Sendable {
    private let waker: Waker
    /// The thread; nil once somebody waits for its end.
    private let thread: Mutex<pthread_t?>

    /// Starts the loop.
    init(_ setup: EventLoop.Setup) throws(LoopbackServer.Failure) {
        waker = setup.waker
        var thread = pthread_t()
        // Safe because the thread takes over the reference that is given up here, exactly once.
        let argument = Unmanaged.passRetained(setup)
        let code = pthread_create(&thread, nil, runEventLoop, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .system(call: "pthread_create", errno: code)
        }
        self.thread = Mutex(thread)
    }

    /// Stops the loop and waits for its end, which comes as soon as the loop has finished its current event.
    func stop() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        waker.stop()
        if pthread_equal(thread, pthread_self()) != 0 {
            _ = pthread_detach(thread)  // A handler that stops its own server would wait for ever.
        } else {
            _ = pthread_join(thread, nil)  // Only one caller gets here.
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
