// The states that read "user:password@host:port" (URL Standard, section 4.4).
extension URLParser {
    /// Begins after the slashes.
    mutating func authorityState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        url.beginAuthority()
        let end = authorityEnd(input)

        // Credentials end at the last "@"; those before it are part of them, and are escaped.
        var at = end
        while at > pointer, input[at - 1] != ASCII.at { at -= 1 }
        if at > pointer {
            guard at < end else { throw .missingHost }
            setCredentials(input.extracting(pointer..<at - 1))
            pointer = at
        }
        try hostState(input, end: end)
    }

    /// Where the authority ends: at a slash, a question mark, a hash sign or the end of the input.
    func authorityEnd(_ input: Span<UInt8>) -> Int {
        var end = pointer
        while end < input.count, !isSlash(input[end]), input[end] != ASCII.question, input[end] != ASCII.hash
        {
            end += 1
        }
        return end
    }

    private mutating func setCredentials(_ text: Span<UInt8>) {
        var colon = 0
        while colon < text.count, text[colon] != ASCII.colon { colon += 1 }
        let passwordStart = min(colon + 1, text.count)
        url.setCredentials(text.extracting(0..<colon), text.extracting(passwordStart..<text.count))
    }

    private mutating func hostState(_ input: Span<UInt8>, end: Int) throws(WebURL.ParseFailure) {
        let start = pointer
        var insideBrackets = false
        scan: while pointer < end {
            switch input[pointer] {
            case ASCII.openBracket: insideBrackets = true
            case ASCII.closeBracket: insideBrackets = false
            case ASCII.colon where !insideBrackets: break scan
            default: break
            }
            pointer += 1
        }
        let hasPort = pointer < end
        // Only URLs that are not special may have an empty host, and then no port.
        guard pointer > start || (url.specialScheme == nil && !hasPort) else { throw .missingHost }
        try url.setHost(input.extracting(start..<pointer))
        if hasPort {
            pointer += 1
            try portState(input, end: end)
        }
        pathStartState(input)
    }

    private mutating func portState(_ input: Span<UInt8>, end: Int) throws(WebURL.ParseFailure) {
        guard pointer < end else { return }
        var number = 0
        while pointer < end {
            guard input[pointer].isASCIIDigit else { throw .invalidPort }
            number = number * 10 + Int(input[pointer] - ASCII.zero)
            guard number <= UInt16.max else { throw .invalidPort }
            pointer += 1
        }
        url.setPort(UInt16(number))
    }
}
