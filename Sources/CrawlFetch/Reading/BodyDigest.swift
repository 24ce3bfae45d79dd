internal import CXXHash
internal import CrawlCore

/// The digest of a body that comes in pieces: XXH3 with 128 bits and without a seed, as `xxh128sum` prints it.
final class BodyDigest {
    // Safe because nobody else has the pointer.
    private let state: OpaquePointer?
    private var isUsed = false

    init() {
        state = XXH3_createState()
    }

    deinit {
        XXH3_freeState(state)
    }

    func reset() {
        isUsed = false
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        if !isUsed {
            XXH3_128bits_reset(state)
            isUsed = true
        }
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// The digest of what was added since the last reset; nil when there was no memory for one.
    var digest: ContentDigest? {
        guard state != nil else { return nil }
        let hash = isUsed ? XXH3_128bits_digest(state) : XXH3_128bits(nil, 0)
        return ContentDigest(high: hash.high64, low: hash.low64)
    }
}
