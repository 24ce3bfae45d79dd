internal import CCurl
internal import CrawlCore

/// Which addresses are connected to.
extension Transfer {
    /// Asks the delegate about an address, unless it is a proxy's.
    func mayConnect(to address: UnsafePointer<curl_sockaddr>) -> Bool {
        if !isProxied {
            guard let address = IPAddress(address) else { return false }
            guard delegate.mayConnect(to: address, self) else {
                refusedAddresses.append(address)
                return false
            }
        }
        hasOpenedSocket = true
        return true
    }

    /// Whether no connection was made because no address of the host was one to connect to.
    var isAddressRefused: Bool { !refusedAddresses.isEmpty && !hasOpenedSocket }

    /// What is told of that, for people.
    var refusal: String {
        let shown = refusedAddresses.prefix(3).map(\.description).joined(separator: ", ")
        return
            "no address of the host may be connected to: \(shown)\(refusedAddresses.count > 3 ? " and others" : "")"
    }
}
