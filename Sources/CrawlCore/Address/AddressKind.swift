/// What an address is set aside for; ``global`` where it is for nothing: the addresses that public servers have.
///
/// The raw values are words for a message ("10.0.0.1 is a private address"); they are not stored.
package enum AddressKind: String, Sendable, CaseIterable {
    /// Of the public internet.
    case global
    /// No address, or one of "this network": Linux takes 0.0.0.0 and :: for the machine itself.
    case unspecified
    /// The machine itself.
    case loopback
    /// A private network, by RFC 1918.
    case `private`
    /// Between a provider and its customers, who share public addresses (carrier-grade NAT); some clouds have their
    /// metadata service here.
    case shared
    /// The same link only. The metadata services of most clouds are here (169.254.169.254).
    case linkLocal = "link-local"
    /// A private network of IPv6, by RFC 4193.
    case uniqueLocal = "unique local"
    /// A private network of IPv6, as it was before RFC 4193.
    case siteLocal = "site-local"
    /// A cloud's own service to its machines, at an address that looks public.
    case cloudService = "cloud service"
    /// For examples in texts.
    case documentation
    /// For measuring networks among themselves.
    case benchmarking
    /// Groups of machines.
    case multicast
    /// All machines of the link.
    case broadcast
    /// For protocols of the IETF, such as those that find the nearest NAT, which is our own network's.
    case protocolAssignment = "protocol assignment"
    /// Relays of IPv6 over IPv4 and tunnels through NATs: who answers is not who is addressed.
    case tunnel
    /// A network's own translation to IPv4, in a form that only that network knows.
    case translation
    /// Thrown away by routers.
    case discard
    /// The inside of a segment-routing network.
    case segmentRouting = "segment routing"
    /// Not handed out to anybody, or no longer.
    case reserved
}
