internal import CharacterNames

/// Resolves the character references of HTML in text (HTML Standard, §13.2.5.72 to 80).
package enum CharacterReference {
    /// Resolves the reference that begins with the `&` at a position.
    ///
    /// - Parameters:
    ///   - bytes: Text in UTF-8.
    ///   - position: Where the `&` is.
    ///   - isAttribute: Whether the text is an attribute's value. There, `&copy=` is no reference, since it may be
    ///     the parameter of an address.
    ///   - output: What the characters are added to, in UTF-8.
    /// - Returns: How many bytes the reference takes; 0 where there is no reference and nothing was added.
    package static func resolve(
        _ bytes: UnsafeRawBufferPointer, at position: Int, isAttribute: Bool, into output: inout [UInt8]
    ) -> Int {
        let next = position + 1
        guard next < bytes.count else { return 0 }
        if bytes[next] == UInt8(ascii: "#") { return resolveNumber(bytes, at: position, into: &output) }
        return resolveName(bytes, at: position, isAttribute: isAttribute, into: &output)
    }

    private static let names = SortedTable(NamedCharacterReferences.table)
    /// The longest name has 31 letters and digits before its semicolon.
    private static let longestName = 31
    /// The longest of the names that need no semicolon, such as `Aacute`.
    private static let longestOpenName = 6

    private static func resolveName(
        _ bytes: UnsafeRawBufferPointer, at position: Int, isAttribute: Bool, into output: inout [UInt8]
    ) -> Int {
        let start = position + 1
        var end = start
        while end < bytes.count, end - start <= longestName,
            bytes[end].isASCIILetter || bytes[end].isASCIIDigit
        {
            end += 1
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: ";"),
            let value = names.value(for: bytes[start...end])
        {
            append(value, to: &output)
            return end + 1 - position
        }
        end = min(end, start + longestOpenName)
        while end > start + 1 {
            if let value = names.value(for: bytes[start..<end]) {
                if isAttribute, end < bytes.count, continuesName(bytes[end]) { return 0 }
                append(value, to: &output)
                return end - position
            }
            end -= 1
        }
        return 0
    }

    private static func continuesName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "=") || byte.isASCIILetter || byte.isASCIIDigit
    }

    /// Appends the characters of a table's value: code points in hexadecimal, joined by `+`.
    private static func append(_ value: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var number: UInt32 = 0
        for byte in value {
            if let digit = byte.hexadecimalValue {
                number = number << 4 | digit
            } else {
                append(number, to: &output)
                number = 0
            }
        }
        append(number, to: &output)
    }

    private static func resolveNumber(
        _ bytes: UnsafeRawBufferPointer, at position: Int, into output: inout [UInt8]
    ) -> Int {
        var index = position + 2
        let isHexadecimal = index < bytes.count && bytes[index] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { index += 1 }
        let start = index
        var number: UInt32 = 0
        while index < bytes.count, let digit = bytes[index].hexadecimalValue, isHexadecimal || digit < 10,
            isHexadecimal || bytes[index].isASCIIDigit
        {
            // The bound keeps the number from overflowing. All numbers beyond Unicode are alike.
            number = min(number * (isHexadecimal ? 16 : 10) + digit, 0x11_0000)
            index += 1
        }
        guard index > start else { return 0 }
        if index < bytes.count, bytes[index] == UInt8(ascii: ";") { index += 1 }
        append(number == 0 ? 0xFFFD : Windows1252.character(number) ?? number, to: &output)
        return index - position
    }

    private static func append(_ number: UInt32, to output: inout [UInt8]) {
        UTF8.encode(Unicode.Scalar(number) ?? "\u{FFFD}")?.forEach { output.append($0) }
    }
}
