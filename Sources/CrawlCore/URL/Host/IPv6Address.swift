/// An IPv6 address as the URL Standard reads and writes it (section 3.5; RFC 5952 is the form that is written).
struct IPv6Address {
    private var pieces: [8 of UInt16] = .init(repeating: 0)

    /// Parses the text between the brackets ("IPv6 parser"); zone identifiers are refused.
    init?(parsing input: Span<UInt8>) {
        var pieceIndex = 0
        var compress: Int?
        var pointer = 0

        if pointer < input.count, input[pointer] == ASCII.colon {
            guard input.count > 1, input[1] == ASCII.colon else { return nil }
            pointer = 2
            pieceIndex = 1
            compress = 1
        }
        while pointer < input.count {
            guard pieceIndex < 8 else { return nil }
            if input[pointer] == ASCII.colon {
                guard compress == nil else { return nil }
                pointer += 1
                pieceIndex += 1
                compress = pieceIndex
                continue
            }
            let start = pointer
            var value: UInt16 = 0
            while pointer < start + 4, pointer < input.count, let digit = input[pointer].hexDigitValue {
                value = value << 4 | UInt16(digit)
                pointer += 1
            }
            if pointer < input.count {
                if input[pointer] == ASCII.dot {
                    guard pointer > start, pieceIndex <= 6,
                        let address = Self.parseDottedQuad(input.extracting(start..<input.count))
                    else { return nil }
                    pieces[pieceIndex] = UInt16(address >> 16)
                    pieces[pieceIndex + 1] = UInt16(address & 0xFFFF)
                    pieceIndex += 2
                    break
                }
                // A colon must follow, and something after it.
                guard input[pointer] == ASCII.colon, pointer + 1 < input.count else { return nil }
                pointer += 1
            }
            pieces[pieceIndex] = value
            pieceIndex += 1
        }

        guard let compress else {
            if pieceIndex == 8 { return }
            return nil
        }
        // "::" stands for the pieces that are missing: move what follows it to the end.
        var target = 7
        while pieceIndex > compress, target > pieceIndex - 1 {
            pieceIndex -= 1
            pieces[target] = pieces[pieceIndex]
            pieces[pieceIndex] = 0
            target -= 1
        }
    }

    /// Parses exactly four decimal numbers without leading zeros, up to the end of the input.
    private static func parseDottedQuad(_ input: Span<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var pointer = 0
        for part in 0..<4 {
            if part > 0 {
                guard pointer < input.count, input[pointer] == ASCII.dot else { return nil }
                pointer += 1
            }
            let start = pointer
            var number: UInt32 = 0
            while pointer < input.count, input[pointer].isASCIIDigit {
                if pointer > start, number == 0 { return nil }
                number = number * 10 + UInt32(input[pointer] - ASCII.zero)
                if number > 0xFF { return nil }
                pointer += 1
            }
            guard pointer > start else { return nil }
            address = address << 8 | number
        }
        return pointer == input.count ? address : nil
    }

    /// Appends the address, the first longest run of two or more zero pieces as "::" ("IPv6 serializer").
    func serialize(into output: inout [UInt8]) {
        let compressed = longestZeroRun
        var index = 0
        while index < 8 {
            if let compressed, compressed.lowerBound == index {
                output.append(ASCII.colon)
                if index == 0 { output.append(ASCII.colon) }
                index = compressed.upperBound
                continue
            }
            Self.appendHexadecimal(pieces[index], to: &output)
            if index < 7 { output.append(ASCII.colon) }
            index += 1
        }
    }

    private var longestZeroRun: Range<Int>? {
        var longest: Range<Int>?
        var index = 0
        while index < 8 {
            let start = index
            while index < 8, pieces[index] == 0 { index += 1 }
            if index - start > max(1, longest?.count ?? 0) { longest = start..<index }
            index += 1
        }
        return longest
    }

    private static func appendHexadecimal(_ piece: UInt16, to output: inout [UInt8]) {
        var isLeading = true
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(piece >> shift & 0xF)
            if digit == 0, isLeading, shift > 0 { continue }
            isLeading = false
            output.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
