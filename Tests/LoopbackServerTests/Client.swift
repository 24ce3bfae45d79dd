import Glibc
import LoopbackServer

/// A client that does exactly as it is told: one connection over a plain blocking socket.
final class Client {
    /// How a connection ended.
    enum Ending: Equatable {
        case closed
        case reset
        /// Nothing came for the whole of the client's patience.
        case silence
    }

    struct ConnectFailure: Error {
        let errno: Int32
    }

    private let descriptor: Int32
    private var isOpen = true

    /// - Parameter patience: how long a receive waits for bytes before it reports silence.
    init(
        _ server: LoopbackServer, on address: String = "127.0.0.1", patience: Duration = .seconds(10)
    ) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval()
        limit.tv_sec = Int(patience.components.seconds)
        limit.tv_usec = Int(patience.components.attoseconds / 1_000_000_000_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))

        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(server.port).bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        let size = socklen_t(MemoryLayout.size(ofValue: name))
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard code == 0 else {
            let error = errno
            Glibc.close(descriptor)
            isOpen = false
            throw ConnectFailure(errno: error)
        }
    }

    deinit {
        close()
    }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends a GET without any headers but the host.
    func get(_ target: String) {
        send("GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n")
    }

    /// Everything up to the end of the connection.
    func receiveAll() -> (text: String, ending: Ending) {
        var bytes: [UInt8] = []
        while true {
            if let ending = receive(into: &bytes) { return (String(decoding: bytes, as: UTF8.self), ending) }
        }
    }

    /// What comes, up to and including some text, and not more than arrives with it; less if the connection
    /// ends first.
    func receive(upTo text: String) -> String {
        var bytes: [UInt8] = []
        while true {
            let ending = receive(into: &bytes)
            let received = String(decoding: bytes, as: UTF8.self)
            if received.contains(text) || ending != nil { return received }
        }
    }

    /// Receives once.
    ///
    /// - Returns: how the connection ended; nil while it is open.
    private func receive(into bytes: inout [UInt8]) -> Ending? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            bytes += buffer[..<count]
            return nil
        }
        if count == 0 { return .closed }
        return errno == ECONNRESET ? .reset : .silence
    }
}
