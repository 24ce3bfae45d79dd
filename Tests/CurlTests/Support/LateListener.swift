import Glibc
import Testing

/// A loopback port that drops attempts to connect until there is room in its queue.
final class LateListener {
    let url: String
    private let listener: Int32
    private let filler: Int32
    private var connection: Int32 = -1

    init() throws {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        listener = socket(AF_INET, type, 0)
        filler = socket(AF_INET, type, 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // A backlog of zero holds one connection (listen(2)).
        let code = withUnsafeMutablePointer(to: &name) { [listener, filler, length] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                var actual = length
                guard bind(listener, $0, length) == 0, listen(listener, 0) == 0,
                    getsockname(listener, $0, &actual) == 0
                else { return errno }
                // On the way, which is all that is wanted.
                _ = connect(filler, $0, length)
                return 0
            }
        }
        try #require(code == 0)
        url = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))/"
    }

    deinit {
        for descriptor in [listener, filler, connection] where descriptor >= 0 { close(descriptor) }
    }

    /// Takes what fills the queue out of it.
    func makeRoom() {
        let filling = Glibc.accept(listener, nil, nil)
        if filling >= 0 { close(filling) }
    }

    /// Whether a connection has come, for the first time.
    func accept() -> Bool {
        guard connection < 0 else { return false }
        connection = Glibc.accept(listener, nil, nil)
        return connection >= 0
    }

    /// Sends bytes on the connection.
    func answer(_ text: String) {
        _ = write(connection, text, text.utf8.count)
    }
}
