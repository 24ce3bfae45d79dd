internal import CrawlCore

/// Responses that come out of files.
extension Transfer {
    /// How much of a file is read at once: 256 KiB. Other transfers have their turn in between.
    private static let partLength = 256 << 10

    /// Takes the next part of the response out of its file.
    ///
    /// - Returns: what the transfer comes to; nil while there is more to read.
    func takePart(of response: FileResponse) -> TransferResult? {
        if !running.head.isComplete {
            guard willSend() else { return result(of: .writeError) }
            for line in response.headLines {
                var line = line
                guard line.withUTF8({ receiveHeaderLine(UnsafeRawBufferPointer($0)) }) else {
                    return result(of: .writeError)
                }
            }
        }
        return withUnsafeTemporaryAllocation(byteCount: Self.partLength, alignment: 16) { buffer in
            switch response.read(into: buffer) {
            case .end: return result(of: .ok)
            case .fault(let fault): return .failed(fault.kind, fault.message)
            case .bytes(let count):
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                return receiveBodyBytes(bytes) ? nil : result(of: .writeError)
            }
        }
    }
}
