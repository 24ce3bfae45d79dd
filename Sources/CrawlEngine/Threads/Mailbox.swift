internal import Glibc

/// Messages on their way to one thread, which may wait for them.
///
/// A message is a batch, a command or an ending, never a page: the lock is taken a few times per batch.
package final class Mailbox<Message: Sendable>: Sendable {
    // Safe because `messages` is touched only between lock and unlock.
    private nonisolated(unsafe) var messages: [Message] = []
    // Safe because the two pointers never change, and what they point to is made to be used by several threads.
    private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private nonisolated(unsafe) let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// An empty one.
    package init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Leaves a message; never waits for the receiver.
    package func send(_ message: Message) {
        pthread_mutex_lock(mutex)
        messages.append(message)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Leaves messages, in order and at once; never waits for the receiver.
    package func send(contentsOf new: [Message]) {
        pthread_mutex_lock(mutex)
        messages.append(contentsOf: new)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Takes what is there, at once.
    package func takeAll() -> [Message] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let taken = messages
        messages = []
        return taken
    }

    /// Takes what is there; waits for a message, but no longer than so many milliseconds.
    package func takeAll(waitingAtMost milliseconds: Int64) -> [Message] {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += Int(milliseconds / 1000)
        deadline.tv_nsec += Int(milliseconds % 1000) * 1_000_000
        if deadline.tv_nsec >= 1_000_000_000 {
            deadline.tv_sec += 1
            deadline.tv_nsec -= 1_000_000_000
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        // Spurious wake-ups end the wait only where there is a message.
        while messages.isEmpty {
            guard pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { break }
        }
        let taken = messages
        messages = []
        return taken
    }
}
