/// The host parser of the URL Standard (section 3.5), with the host serializer: what it reads it appends, serialised.
enum HostParser {
    /// Appends the host.
    /// - Parameters:
    ///   - input: the text of the host; not empty unless `isOpaque`.
    ///   - isOpaque: whether the URL is not special, so that the host is no domain name but any text.
    static func parse(
        _ input: Span<UInt8>, isOpaque: Bool, into output: inout [UInt8]
    ) throws(WebURL.ParseFailure) {
        if input.count > 0, input[0] == ASCII.openBracket {
            guard input.count > 1, input[input.count - 1] == ASCII.closeBracket,
                let address = IPv6Address(parsing: input.extracting(1..<input.count - 1))
            else { throw .invalidIPv6Address }
            output.append(ASCII.openBracket)
            address.serialize(into: &output)
            output.append(ASCII.closeBracket)
        } else if isOpaque {
            try parseOpaqueHost(input, into: &output)
        } else {
            try parseDomain(input, into: &output)
        }
    }

    /// Section 3.5, "opaque-host parser".
    private static func parseOpaqueHost(
        _ input: Span<UInt8>, into output: inout [UInt8]
    ) throws(WebURL.ParseFailure) {
        let forbidden = PercentEncodeSet.forbiddenHost
        for index in 0..<input.count where input[index] < 0x80 && forbidden.contains(input[index]) {
            throw .invalidHostCharacter
        }
        output.append(input, escaping: .c0Control)
    }

    private static func parseDomain(
        _ input: Span<UInt8>, into output: inout [UInt8]
    ) throws(WebURL.ParseFailure) {
        let start = output.count
        if input.isUsualDomain {
            output.append(input)
        } else {
            let domain = [UInt8](percentDecoding: input)
            try appendDomainAsASCII(domain.span, to: &output)
        }
        // IDNA ignores some characters, such as the soft hyphen: nothing may be left.
        guard output.count > start else { throw .missingHost }

        let end = output.count
        guard IPv4Address.isMeant(by: output.span.extracting(start..<end)) else { return }
        guard let address = IPv4Address(parsing: output.span.extracting(start..<end)) else {
            throw .invalidIPv4Address
        }
        output.removeSubrange(start...)
        address.serialize(into: &output)
    }

    /// Section 3.3, "domain to ASCII" with beStrict false.
    private static func appendDomainAsASCII(
        _ domain: Span<UInt8>, to output: inout [UInt8]
    ) throws(WebURL.ParseFailure) {
        let start = output.count
        if domain.isASCII {
            // What names of ASCII hold behind "xn--" is not looked at: too many are wrong, and yet are on the web.
            for index in 0..<domain.count { output.append(domain[index].asciiLowercased) }
        } else {
            // Looked for here already because C takes a NUL for the end. Others must wait: "<" and U+0338 are "≮".
            for index in 0..<domain.count where domain[index] < ASCII.space { throw .invalidHostCharacter }
            guard DomainName.appendASCII(of: domain, to: &output) else { throw .invalidDomain }
        }
        let forbidden = PercentEncodeSet.forbiddenDomain
        for index in start..<output.count where forbidden.contains(output[index]) {
            throw .invalidHostCharacter
        }
    }
}

extension Span<UInt8> {
    /// Whether the domain is its own ASCII form: no capital letters, no escapes, nothing to refuse.
    fileprivate var isUsualDomain: Bool {
        let unusual = PercentEncodeSet.unusualDomain
        for index in 0..<count where unusual.contains(self[index]) { return false }
        return true
    }

    fileprivate var isASCII: Bool {
        for index in 0..<count where self[index] >= 0x80 { return false }
        return true
    }
}
