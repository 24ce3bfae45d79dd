/// One reference of a page to a URL, such as `<a href>` or `<img src>`: a row of the view `links`.
package struct Link: Sendable, Equatable {
    /// The URL that it leads to, absolute, without fragment and credentials; as the page writes it where that is no URL.
    package let url: String
    /// The fragment, without `#` and as it is written; nil for none. An empty one is none.
    package let fragment: String?
    /// The element, in lower case: `a`. For the header's fields it is `header`, for stylesheets `css`.
    package let element: String
    /// The attribute, in lower case: `href`. For the header's fields it is their name, for stylesheets `url` or `import`.
    package let attribute: String
    /// The words of `rel`; nil for none.
    package let rel: String?
    /// The text of the link, or the alternative text of the image, white space collapsed; nil for none. Of a `link`, and of the field
    /// `Link`, it is the language of what it leads to (`hreflang`).
    package let text: String?
    /// The line of the page that it is in, from 1, where it is met first; 0 for the header.
    package let line: Int
    /// How many times the page has it.
    package var count: Int
    /// Why it is not asked for, where that follows from the reference itself; nil where it may be asked for.
    package let reason: LinkReason?

    /// A reference; nothing is checked.
    package init(
        url: String, fragment: String? = nil, element: String, attribute: String, rel: String? = nil,
        text: String? = nil, line: Int, count: Int = 1, reason: LinkReason? = nil
    ) {
        self.url = url
        self.fragment = fragment
        self.element = element
        self.attribute = attribute
        self.rel = rel
        self.text = text
        self.line = line
        self.count = count
        self.reason = reason
    }

    /// Tells references to one URL apart: a hash of all that does not depend on the page. It is stored.
    ///
    /// It is FNV-1a of 64 bits, finished with SplitMix64's mixer. Whoever makes two references to one URL that share it only sees
    /// the text of one in the place of the other's.
    package var digest: Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in [element, attribute, rel, text, fragment, reason?.rawValue] {
            for byte in (part ?? "").utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            // No byte of UTF-8 is 0xFF or 0xFE.
            hash = (hash ^ (part == nil ? 0xFE : 0xFF)) &* 0x0000_0100_0000_01b3
        }
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int64(bitPattern: hash ^ (hash >> 31))
    }
}
