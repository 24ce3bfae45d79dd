internal import TrawlText

/// The format of a body by its first bytes (MIME Sniffing Standard).
enum ContentSignature {
    /// How many bytes are read where no type was given ("resource header", §5).
    static let length = 1445
    /// How many bytes the longest signature of a binary format takes.
    static let binaryLength = 14

    /// The format of a body for which no type was given (§7.1, "identifying an unknown MIME type").
    ///
    /// XML is taken for XHTML where the start of an `html` element is among these bytes.
    static func format(of head: UnsafeRawBufferPointer) -> MIMEType.Format {
        let head = UnsafeRawBufferPointer(rebasing: head.prefix(length))
        let text = head.drop { $0.isASCIIWhitespace }
        if pageStarts.contains(where: { starts(text, withTag: $0) }) || text.starts(with: "<!--".utf8) {
            return .html
        }
        if text.starts(with: "<?xml".utf8) { return hasHTMLElement(text) ? .xhtml : .xml }
        // Before any signature a byte order mark is looked for, and means plain text.
        if head.starts(with: [0xFE, 0xFF]) || head.starts(with: [0xFF, 0xFE])
            || head.starts(with: [0xEF, 0xBB, 0xBF])
        {
            return .text
        }
        return isBinary(head) || head.contains(where: isBinaryDataByte) ? .other : .text
    }

    /// Whether a body begins as a PDF, an image, audio, video, a font or an archive does (§6 and §7.1).
    ///
    /// Such a body counts as binary even if its server calls it HTML. Browsers believe the server, but there is no
    /// title in the body.
    static func isBinary(_ head: UnsafeRawBufferPointer) -> Bool {
        // Nearly every page begins with one of these, and none of the formats does.
        if let first = head.first, first == UInt8(ascii: "<") || first.isASCIIWhitespace { return false }
        func has(_ signature: StaticString, at offset: Int = 0) -> Bool {
            head.dropFirst(offset).starts(with: signature.bytes)
        }
        if binaryStarts.contains(where: { head.starts(with: $0) }) || asciiStarts.contains(where: { has($0) })
        {
            return true
        }
        return has("RIFF") && (has("WEBPVP", at: 8) || has("AVI ", at: 8) || has("WAVE", at: 8))
            || has("FORM") && has("AIFF", at: 8) || has("ftyp", at: 4) && head[0] == 0
    }

    private static let asciiStarts: [StaticString] = [
        "%PDF-", "%!PS-Adobe-", "GIF87a", "GIF89a", "OTTO", "wOFF", "wOF2", "OggS\0", "Rar \u{1A}\u{7}\0",
        "ttcf",
        "MThd\0\0\0\u{6}", "PK\u{3}\u{4}",
    ]

    private static let binaryStarts: [[UInt8]] = [
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],  // PNG
        [0xFF, 0xD8, 0xFF],  // JPEG
        [0, 0, 1, 0], [0, 0, 2, 0],  // icons and cursors of Windows
        [0x1A, 0x45, 0xDF, 0xA3],  // WebM
        [0x1F, 0x8B, 0x08],  // gzip
        [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07],  // RAR
        [0, 1, 0, 0],  // TrueType
    ]

    /// What a page may begin with, in capitals; a space or `>` follows each.
    private static let pageStarts: [StaticString] = [
        "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A",
        "<STYLE",
        "<TITLE", "<B", "<BODY", "<BR", "<P",
    ]

    private static func starts(_ text: Slice<UnsafeRawBufferPointer>, withTag tag: StaticString) -> Bool {
        guard let end = text.dropFirst(tag.utf8CodeUnitCount).first else { return false }
        return (end == UInt8(ascii: " ") || end == UInt8(ascii: ">"))
            && tag.bytes.elementsEqual(text.prefix(tag.utf8CodeUnitCount)) {
                $0.asciiLowercased == $1.asciiLowercased
            }
    }

    private static func hasHTMLElement(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = text
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = text[start...]
            if rest.starts(with: "<html".utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private static func isBinaryDataByte(_ byte: UInt8) -> Bool {
        byte <= 0x08 || byte == 0x0B || 0x0E...0x1A ~= byte || 0x1C...0x1F ~= byte
    }
}
