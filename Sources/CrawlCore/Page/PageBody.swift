/// A body to be kept. A class, so that the outcome of a page whose body is not kept carries no more than a nil.
public final class PageBody: Sendable {
    /// Bytes after decoding the transfer, before compression for the store.
    public let size: Int
    /// The bytes as zlib deflates them (RFC 1950), or as they are where that is no shorter.
    public let data: [UInt8]

    /// A body of a size, compressed.
    public init(size: Int, data: [UInt8]) {
        self.size = size
        self.data = data
    }
}
