import CZlib
import Sitemap

/// What a reader makes of some bytes.
func read(
    _ bytes: [UInt8], slices: Int = .max, limits: SitemapReader.Limits = SitemapReader.Limits()
) -> (entries: [SitemapEntry], failure: SitemapFailure?) {
    let reader = SitemapReader(limits: limits)
    var entries: [SitemapEntry] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let slice = Array(rest.prefix(slices))
        rest = rest.dropFirst(slice.count)
        let wantsMore = slice.withUnsafeBytes { reader.feed($0) }
        entries += reader.takeEntries()
        if !wantsMore { break }
    }
    reader.finish()
    return (entries + reader.takeEntries(), reader.failure)
}

/// What a reader makes of a text.
func read(
    _ text: String, slices: Int = .max, limits: SitemapReader.Limits = SitemapReader.Limits()
) -> (entries: [SitemapEntry], failure: SitemapFailure?) {
    read(Array(text.utf8), slices: slices, limits: limits)
}

/// A text as a gzip file.
func gzip(_ text: String) -> [UInt8] {
    var stream = z_stream()
    precondition(
        deflateInit2_(
            &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = Array(text.utf8)
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
    let count = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            return output.count - Int(stream.avail_out)
        }
    }
    return Array(output[..<count])
}
