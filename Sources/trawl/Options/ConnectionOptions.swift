internal import ArgumentParser
internal import CrawlCore
internal import Glibc

/// Flags for where connections lead, and where they come from. They have curl's names.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Connect to this address where a URL has this host and port, as with curl; * is every host. Repeatable.",
            valueName: "host:port:address[,address]…"))
    var resolve: [ResolvedHost] = []

    @Option(
        help: ArgumentHelp(
            "Connect from this interface, or from this address of this machine, as with curl.",
            valueName: "name"))
    var interface: String?

    func validate() throws {
        if let interface, !Self.isInterface(interface), !Self.isOwnAddress(interface) {
            throw ValidationError(
                "--interface takes the name of an interface or an address of this machine; \(interface) is neither"
            )
        }
    }

    var network: NetworkOptions {
        var network = NetworkOptions()
        network.resolve = resolve
        network.interface = interface
        return network
    }

    private static func isInterface(_ name: String) -> Bool { if_nametoindex(name) != 0 }

    /// Whether a socket can be bound to an address.
    private static func isOwnAddress(_ text: String) -> Bool {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(text, nil, &hints, &found) == 0, let address = found else { return false }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.pointee.ai_family, address.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0
    }
}

extension ResolvedHost: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
