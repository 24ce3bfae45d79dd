/// A body that is kept. It is a class, so that the outcome of a page whose body is not kept costs one nil.
package final class PageBody: Sendable {
    /// Bytes after decoding the transfer, before compression for the store.
    package let size: Int
    /// The bytes as zlib deflates them (RFC 1950), or as they are where that is no shorter.
    package let data: [UInt8]

    /// A body of a size, compressed.
    package init(size: Int, data: [UInt8]) {
        self.size = size
        self.data = data
    }
}
