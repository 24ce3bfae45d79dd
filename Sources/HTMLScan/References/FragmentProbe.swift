internal import TrawlText

/// What a URL's fragment looks for in a page, and whether the page has it (HTML Standard, §7.4.6.4, "select the indicated
/// part").
package struct FragmentProbe: Equatable, Sendable {
    /// What came of looking.
    package enum Answer: Equatable, Sendable {
        case found
        case missing
        /// It is not there, but a script of the page may know what to do: it begins with `/` or `!`, or no element of the
        /// page has an id.
        case leftToScript
        /// It is not among the ids that are known, which are not all.
        case cutShort
    }

    /// The hashes to look for, in turn: of the fragment as it is written, and decoded where that differs. Empty where it
    /// names the top of the page, which every page has.
    package let hashes: [UInt64]
    /// Whether the fragment looks like an address that a script of the page reads.
    package let mayBeOfScript: Bool

    /// A probe for the fragment of a URL, without its `#`. A text directive (`:~:text=`) is no part of what is looked for.
    package init(_ fragment: String) {
        var name = fragment[...]
        if let directive = fragment.firstRange(ofBytes: ":~:") { name = fragment[..<directive] }
        let written = String(name)
        let decoded = Self.decode(written)
        let isTop = decoded.utf8.elementsEqual("top".utf8) { $0.asciiLowercased == $1 }
        mayBeOfScript = written.utf8.first == UInt8(ascii: "/") || written.utf8.first == UInt8(ascii: "!")
        if written.isEmpty || isTop {
            hashes = []
        } else {
            let hash = ElementIDs.hash(written)
            let decodedHash = ElementIDs.hash(decoded)
            hashes = hash == decodedHash ? [hash] : [hash, decodedHash]
        }
    }

    /// Whether a page has what is looked for.
    package func answer(in ids: ElementIDs) -> Answer {
        if hashes.isEmpty || hashes.contains(where: ids.contains) { return .found }
        if ids.isCutShort { return .cutShort }
        return mayBeOfScript || ids.hashes.isEmpty ? .leftToScript : .missing
    }

    /// Percent-decodes a text, as UTF-8.
    private static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
            {
                decoded.append(UInt8(high << 4 | low))
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

extension String {
    /// Where some bytes stand first.
    fileprivate func firstRange(ofBytes bytes: StaticString) -> Index? {
        utf8.indices.first { utf8[$0...].starts(with: bytes.bytes) }
    }
}
