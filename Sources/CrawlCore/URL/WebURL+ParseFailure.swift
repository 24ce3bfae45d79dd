extension WebURL {
    /// Why a text is not a URL: the URL Standard's validation errors that end parsing (section 1.1).
    package enum ParseFailure: Error, Hashable, Sendable {
        /// It has no scheme, and there is nothing to resolve it against.
        case missingScheme
        /// The host is empty, and the scheme needs one.
        case missingHost
        /// The host holds a character that no host may hold.
        case invalidHostCharacter
        /// The host is no valid internationalized domain name (UTS #46).
        case invalidDomain
        /// The host ends in a number, but is no IPv4 address.
        case invalidIPv4Address
        /// The host is in brackets, but is no IPv6 address.
        case invalidIPv6Address
        /// The port is not a number from 0 to 65535.
        case invalidPort
        /// The text is longer than ``WebURL/maximumLength``.
        case tooLong
    }
}

extension WebURL.ParseFailure: CustomStringConvertible {
    /// A sentence for people, in lower case and without a period: "the host is empty".
    package var description: String {
        switch self {
        case .missingScheme: "it has no scheme and there is nothing to resolve it against"
        case .missingHost: "the host is empty"
        case .invalidHostCharacter: "the host holds a character that is not allowed in hosts"
        case .invalidDomain: "the host is not a valid internationalized domain name"
        case .invalidIPv4Address: "the host ends in a number but is not an IPv4 address"
        case .invalidIPv6Address: "the host is in brackets but is not an IPv6 address"
        case .invalidPort: "the port is not a number from 0 to 65535"
        case .tooLong: "it is longer than a URL may be"
        }
    }
}
