internal import TrawlText

extension PageReference {
    /// What the URL of a `link` element or a `Link` field is for, by the words of its `rel` in lower case.
    package static func kind(ofLink rel: String) -> Kind {
        let words = rel.split(separator: " ")
        if words.contains(where: hints.contains) { return .hint }
        if words.contains(where: endpoints.contains) { return .ping }
        if words.contains(where: assets.contains) { return .asset }
        return words.contains(where: names.contains) ? .identifier : .hyperlink
    }

    /// The words of a `rel` as they are kept; of a very long one only the first.
    package static func words(ofRel rel: String) -> String {
        let bytes = rel.utf8.prefix(relLimit).map(\.asciiLowercased)
        return bytes.split(whereSeparator: \.isASCIIWhitespace)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    /// How many bytes of a `rel` are looked at.
    private static let relLimit = 1024

    private static let hints: [Substring] = ["preconnect", "dns-prefetch"]
    private static let endpoints: [Substring] = ["pingback", "webmention"]
    private static let names: [Substring] = ["profile"]
    private static let assets: [Substring] = [
        "stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image",
        "mask-icon", "fluid-icon", "image_src", "manifest", "modulepreload", "preload", "prefetch",
        "prerender",
        "compression-dictionary",
    ]
}
