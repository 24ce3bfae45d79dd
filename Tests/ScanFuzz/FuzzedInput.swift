/// What a fuzzer's bytes stand for: how a body is read, and the body.
struct FuzzedInput {
    /// How many bytes come before the body.
    static let headerLength = 4

    let contentType: String?
    /// Where the body is cut into pieces: each byte in turn is the length of one, 0 meaning 256.
    let pieceLengths: [Int]
    /// Whether the bytes are an expression and not a body.
    let isExpression: Bool
    let body: UnsafeRawBufferPointer

    private static let contentTypes: [String?] = [
        "text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251",
        "text/html; charset=shift_jis",
        "text/html; charset=gb18030", "text/html; charset=big5", "text/html; charset=euc-jp",
        "text/html; charset=euc-kr", "text/html; charset=iso-2022-jp", "text/html; charset=utf-16le",
        "application/xhtml+xml", nil, "application/json", "text/plain", "text/html; charset=x-user-defined",
        "text/html; charset=replacement",
    ]

    /// Takes bytes apart; nil where there are too few.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.headerLength else { return nil }
        contentType = Self.contentTypes[Int(bytes[0] & 15)]
        isExpression = bytes[0] & 0xF0 == 0xF0
        pieceLengths = bytes[1..<4].map { $0 == 0 ? 256 : Int($0) }
        body = UnsafeRawBufferPointer(rebasing: bytes[Self.headerLength...])
    }

    /// Whether there may be a frameset in the body.
    var hasFrameset: Bool { String(decoding: body, as: UTF8.self).lowercased().contains("frameset") }

    /// Gives the body to a reader in pieces.
    func forEachPiece(_ read: (UnsafeRawBufferPointer) -> Void) {
        var rest = body[...]
        var index = 0
        while !rest.isEmpty {
            let length = pieceLengths[index % pieceLengths.count]
            read(UnsafeRawBufferPointer(rebasing: rest.prefix(length)))
            rest = rest.dropFirst(length)
            index += 1
        }
    }
}
