internal import CLinux
internal import Glibc

/// Starts a thread that may block, outside Swift's cooperative pool.
///
/// - Parameters:
///   - name: what ps(1) and a debugger show; the first 15 bytes of it.
///   - body: the thread's whole life.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    let life = Unmanaged.passRetained(ThreadLife(name: name, body: body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let code = pthread_create(
        &thread, &attributes,
        { context in
            guard let context else { return nil }
            let life = Unmanaged<ThreadLife>.fromOpaque(context).takeRetainedValue()
            clinux_set_thread_name(life.name)
            ignoreWriteSignals()
            life.body()
            return nil
        }, life.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "a thread could not be started: \(String(cString: strerror(code)))")
}

/// Makes a connection that is gone, and a file that may not grow, errors of a write on this thread, where the program has
/// not asked for that: curl and OpenSSL write to sockets of which the other end may be closed.
private func ignoreWriteSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}

/// Runs what blocks on a thread of its own, so that Swift's cooperative pool, as wide as the machine has cores,
/// is left alone.
///
/// - Parameter name: what ps(1) and a debugger show; the first 15 bytes of it.
package func onOwnedThread<Value: Sendable>(
    named name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread(named: name) { continuation.resume(with: Result(catching: body)) }
    }
}

private final class ThreadLife: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
