/// The declaration that an XML document may begin with.
package enum XMLDeclaration {
    /// Gets the encoding that an XML declaration at the start names (HTML Standard, §13.2.3.2, "get an XML encoding").
    package static func encoding(in bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        guard bytes.starts(with: "<?xml".utf8), let end = bytes.firstIndex(of: UInt8(ascii: ">"), from: 0)
        else { return nil }
        var rest = bytes[..<end]
        while !rest.starts(with: "encoding".utf8) {
            if rest.isEmpty { return nil }
            rest = rest.dropFirst()
        }
        rest = rest.dropFirst(8).drop { $0 <= 0x20 }
        guard rest.first == UInt8(ascii: "=") else { return nil }
        rest = rest.dropFirst().drop { $0 <= 0x20 }
        guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return nil
        }
        rest = rest.dropFirst()
        guard let close = rest.firstIndex(of: quote), !rest[..<close].contains(where: { $0 <= 0x20 }) else {
            return nil
        }
        switch TextEncoding(label: rest[..<close]) {
        case .utf16BE, .utf16LE: return .utf8
        case let encoding: return encoding
        }
    }
}
