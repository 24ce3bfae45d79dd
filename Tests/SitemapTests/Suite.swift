import CZlib
import Sitemap

/// What a reader makes of a sitemap.
struct Reading: Equatable {
    var entries: [SitemapEntry]
    var failure: SitemapFailure?
    var leftOut: Int
    var flaw: SitemapFlaw?
    var hasMistakes: Bool

    var locations: [String] { entries.map(\.location) }
}

/// What a reader makes of some bytes.
func reading(
    _ bytes: some Sequence<UInt8>, contentType: String? = nil, slices: Int = .max,
    limits: SitemapReader.Limits = SitemapReader.Limits()
) -> Reading {
    let reader = SitemapReader(contentType: contentType, limits: limits)
    var entries: [SitemapEntry] = []
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let slice = Array(rest.prefix(slices))
        rest = rest.dropFirst(slice.count)
        let wantsMore = slice.withUnsafeBytes { reader.feed($0) }
        entries += reader.takeEntries()
        if !wantsMore { break }
    }
    reader.finish()
    return Reading(
        entries: entries + reader.takeEntries(), failure: reader.failure, leftOut: reader.leftOut,
        flaw: reader.flaw,
        hasMistakes: reader.hasMistakes)
}

/// What a reader makes of some bytes.
func read(
    _ bytes: [UInt8], slices: Int = .max, limits: SitemapReader.Limits = SitemapReader.Limits()
) -> (entries: [SitemapEntry], failure: SitemapFailure?) {
    let result = reading(bytes, slices: slices, limits: limits)
    return (result.entries, result.failure)
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
