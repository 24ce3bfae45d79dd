import CIDN2

/// International domain names (UTS #46, "ToASCII"), by libidn2.
enum DomainName {
    /// Appends the ASCII form of a domain that has characters other than ASCII; `false` if it has none.
    static func appendASCII(of domain: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        var text: [UInt8] = []
        text.append(domain)
        text.append(0)
        var result: UnsafeMutablePointer<UInt8>?
        let code = idn2_lookup_u8(text, &result, Int32(IDN2_NONTRANSITIONAL.rawValue))
        guard code == IDN2_OK.rawValue, let result else { return false }
        defer { idn2_free(result) }
        var index = 0
        while result[index] != 0 {
            output.append(result[index])
            index += 1
        }
        return true
    }
}
