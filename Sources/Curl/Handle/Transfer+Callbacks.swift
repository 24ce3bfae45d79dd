internal import CCurl
internal import Glibc

// C cannot call a closure that captures anything, so curl passes the transfer itself as each callback's context.

func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    // Any other number than the one given is an error (CURLOPT_WRITEFUNCTION(3)). The larger one is used because for an
    // empty body, for which curl calls with 0, no smaller one exists.
    return transfer.receiveBodyBytes(UnsafeRawBufferPointer(start: bytes, count: length))
        ? length : length + 1
}

func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    // Any other number than the one given is an error (CURLOPT_HEADERFUNCTION(3)).
    return Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.receiveHeaderLine(line) }
        ? line.count : 0
}

func reportSending(
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
    _: Int32, _: Int32
) -> Int32 {
    guard let context else { return CURL_PREREQFUNC_ABORT }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.willSend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

func recordSending(
    _: UnsafeMutableRawPointer?, _ kind: curl_infotype, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard kind == CURLINFO_HEADER_OUT, let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.sent(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}

func noteLookUp(
    _: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.loop.lookedUp() }
    return 0
}

func openSocket(
    _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    // -1 is CURL_SOCKET_BAD, a macro that Swift does not import. With it curl goes on to the next address.
    guard let context, let address else { return -1 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    guard transfer.mayConnect(to: address) else { return -1 }
    // curl would do the same without this callback, but for SOCK_CLOEXEC: other programs must not inherit the socket.
    let descriptor = socket(
        address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
        address.pointee.protocol)
    if descriptor >= 0 { transfer.loop.sockets.opened(descriptor) }
    return descriptor
}
