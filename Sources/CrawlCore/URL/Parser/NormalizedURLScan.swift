/// Recognises an `http` or `https` URL that is its own serialisation, in one pass and without copying a byte.
///
/// Nearly every URL in a list is of this kind. Whatever is unusual (capital letters, credentials, IPv6 addresses,
/// dot segments, anything to escape) makes the scan fail, which only means that ``URLParser`` must look.
struct NormalizedURLScan {
    private(set) var offsets = WebURL.Offsets()
    let scheme: SpecialScheme
    private(set) var port: UInt16?

    init?(_ input: Span<UInt8>) {
        guard let scheme = Self.scheme(of: input) else { return nil }
        self.scheme = scheme
        let hostStart = scheme == .http ? 7 : 8
        guard let hostEnd = Self.hostEnd(input, from: hostStart) else { return nil }

        var pathStart = hostEnd
        if pathStart < input.count, input[pathStart] == ASCII.colon {
            pathStart += 1
            guard let port = Self.port(input, at: &pathStart), port != scheme.defaultPort else { return nil }
            self.port = port
        }
        guard pathStart < input.count, input[pathStart] == ASCII.slash else { return nil }
        guard let queryStart = Self.pathEnd(input, from: pathStart) else { return nil }

        var fragmentStart = queryStart
        if fragmentStart < input.count, input[fragmentStart] == ASCII.question {
            let unusual = PercentEncodeSet.specialQuery
            fragmentStart += 1
            while fragmentStart < input.count, !unusual.contains(input[fragmentStart]) { fragmentStart += 1 }
        }
        if fragmentStart < input.count {
            guard input[fragmentStart] == ASCII.hash else { return nil }
            let unusual = PercentEncodeSet.fragment
            for index in fragmentStart + 1..<input.count where unusual.contains(input[index]) { return nil }
        }

        offsets.schemeEnd = UInt32(hostStart - 3)
        offsets.usernameEnd = UInt32(hostStart)
        offsets.hostStart = UInt32(hostStart)
        offsets.hostEnd = UInt32(hostEnd)
        offsets.pathStart = UInt32(pathStart)
        offsets.queryStart = UInt32(queryStart)
        offsets.fragmentStart = UInt32(fragmentStart)
    }

    private static func scheme(of input: Span<UInt8>) -> SpecialScheme? {
        input.starts(with: "http://") ? .http : input.starts(with: "https://") ? .https : nil
    }

    /// The end of a host of lower-case letters, digits, dots and hyphens that is an IPv4 address as it is serialised, or
    /// certainly none: its last label does not begin with a digit.
    private static func hostEnd(_ input: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        var labelStart = start
        while index < input.count {
            let byte = input[index]
            if byte == ASCII.dot {
                labelStart = index + 1
            } else if !(byte &- 0x61 < 26 || byte.isASCIIDigit || byte == ASCII.hyphen) {
                break
            }
            index += 1
        }
        guard labelStart < index else { return nil }
        return !input[labelStart].isASCIIDigit || isIPv4(input, start..<index) ? index : nil
    }

    /// Whether a host is four numbers up to 255 in decimal digits, without zeros in front of them.
    private static func isIPv4(_ input: Span<UInt8>, _ host: Range<Int>) -> Bool {
        var dots = 0
        var number: Int?
        for index in host {
            let byte = input[index]
            if byte == ASCII.dot {
                guard number != nil else { return false }
                dots += 1
                number = nil
            } else {
                guard byte.isASCIIDigit, number != 0 else { return false }
                number = (number ?? 0) * 10 + Int(byte - ASCII.zero)
                if let number, number > 255 { return false }
            }
        }
        return dots == 3 && number != nil
    }

    /// A port of one to five digits that does not begin with zero.
    private static func port(_ input: Span<UInt8>, at index: inout Int) -> UInt16? {
        guard index < input.count, input[index] != ASCII.zero else { return nil }
        let start = index
        var number = 0
        while index < input.count, input[index].isASCIIDigit, index - start < 6 {
            number = number * 10 + Int(input[index] - ASCII.zero)
            index += 1
        }
        return index > start ? UInt16(exactly: number) : nil
    }

    /// The end of a path that has no dot segments and nothing to escape.
    private static func pathEnd(_ input: Span<UInt8>, from start: Int) -> Int? {
        let unusual = PercentEncodeSet.unusualPath
        var index = start
        while index < input.count, !unusual.contains(input[index]) {
            // Only a segment that begins with "." or "%2e" can be one of dots.
            if input[index] == ASCII.slash, index + 1 < input.count {
                if input[index + 1] == ASCII.dot { return nil }
                if input[index + 1] == ASCII.percent, index + 3 < input.count,
                    input[index + 2] == UInt8(ascii: "2"), input[index + 3] | 0x20 == UInt8(ascii: "e")
                {
                    return nil
                }
            }
            index += 1
        }
        return index
    }
}
