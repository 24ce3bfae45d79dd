internal import ContentCoding
package import CrawlCore

extension PageBody {
    /// The body as it was; empty where what is stored is not what was put there.
    package var bytes: [UInt8] { Deflate.decompress(data, size: size) ?? [] }
}
