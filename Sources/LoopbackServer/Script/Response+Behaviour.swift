/// Copies of a response that are delivered in another way. They have no effect on a response that is a script.
extension LoopbackServer.Response {
    /// The response with one more header field.
    package func header(_ name: String, _ value: String) -> Self {
        changed { $0.headers.append((name, value)) }
    }

    /// The response with its first byte sent later.
    package func delayed(by delay: Duration) -> Self {
        changed { $0.delay = delay }
    }

    /// The response with its first byte sent only when a latch is open.
    package func held(by latch: LoopbackServer.Latch) -> Self {
        changed { $0.latch = latch }
    }

    /// The response in the chunked coding.
    ///
    /// - Parameters:
    ///   - size: the bytes of the body in each chunk. The default is nil: all of them in one.
    ///   - interval: the pause between two chunks. The default is zero.
    package func chunked(by size: Int? = nil, every interval: Duration = .zero) -> Self {
        changed {
            $0.framing = .chunked
            $0.pieceSize = size
            $0.interval = interval
        }
    }

    /// The response with a slow body: the head and the first piece come at once, the other pieces one by one.
    ///
    /// - Parameters:
    ///   - size: the bytes in a piece.
    ///   - interval: the pause between two pieces.
    package func dripping(by size: Int = 1, every interval: Duration) -> Self {
        changed {
            $0.pieceSize = size
            $0.interval = interval
        }
    }

    /// The response without the end of its body, although its head announces all of it.
    ///
    /// - Parameters:
    ///   - count: the bytes of the body that are sent.
    ///   - ending: what becomes of the connection. The client sees a truncated body when it is closed, an error when it is
    ///     reset, and a time-out when it stalls. A close is not announced. The default is to close.
    package func cut(after count: Int, then ending: Ending = .close) -> Self {
        changed {
            $0.cut = count
            $0.ending = ending
            $0.announcesClose = false
        }
    }

    /// The response with the given `Content-Length`, right or wrong.
    package func claiming(length: Int) -> Self {
        changed { $0.framing = .contentLength(claimed: length) }
    }

    /// The response without framing: the body ends when the connection is closed, which is not announced.
    package func endingWithConnection() -> Self {
        changed {
            $0.framing = .unframed
            $0.ending = .close
            $0.announcesClose = false
        }
    }

    /// The response with the connection closed afterwards.
    ///
    /// - Parameter announced: whether a field `Connection: close` announces it. The default is true.
    package func closing(announced: Bool = true) -> Self {
        changed {
            $0.ending = .close
            $0.announcesClose = announced
        }
    }

    private func changed(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
