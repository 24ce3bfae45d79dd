/// A response, but delivered otherwise. None of these changes a script.
extension LoopbackServer.Response {
    /// With one more header field.
    package func header(_ name: String, _ value: String) -> Self {
        changed { $0.headers.append((name, value)) }
    }

    /// With its first byte sent later.
    package func delayed(by delay: Duration) -> Self {
        changed { $0.delay = delay }
    }

    /// With its first byte sent only once a latch is open.
    package func held(by latch: LoopbackServer.Latch) -> Self {
        changed { $0.latch = latch }
    }

    /// In the chunked coding.
    ///
    /// - Parameters:
    ///   - size: the bytes of the body that go into a chunk. The default is nil: all of them into one.
    ///   - interval: the pause between two chunks. The default is zero.
    package func chunked(by size: Int? = nil, every interval: Duration = .zero) -> Self {
        changed {
            $0.framing = .chunked
            $0.pieceSize = size
            $0.interval = interval
        }
    }

    /// With a slow body: the head and the first piece at once, then a piece at a time.
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

    /// With the end of the body missing, although its head announces all of it.
    ///
    /// - Parameters:
    ///   - count: the bytes of the body that are sent.
    ///   - ending: what becomes of the connection: a truncation where it is closed, an error where it is reset,
    ///     a time-out where it stalls. The close is not announced. The default is to close.
    package func cut(after count: Int, then ending: Ending = .close) -> Self {
        changed {
            $0.cut = count
            $0.ending = ending
            $0.announcesClose = false
        }
    }

    /// With the `Content-Length` that is given, right or wrong.
    package func claiming(length: Int) -> Self {
        changed { $0.framing = .contentLength(claimed: length) }
    }

    /// Without any framing: the body lasts until the connection is closed, which is not announced.
    package func endingWithConnection() -> Self {
        changed {
            $0.framing = .unframed
            $0.ending = .close
            $0.announcesClose = false
        }
    }

    /// With the connection closed afterwards.
    ///
    /// - Parameter announced: whether `Connection: close` says so. The default is true.
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
