internal import CCurl
internal import CrawlCore

/// Which addresses may be connected to.
extension Transfer {
    /// Asks the delegate about an address, unless it is a proxy's.
    func mayConnect(to address: UnsafePointer<curl_sockaddr>) -> Bool {
        if !isProxied {
            guard let address = IPAddress(address) else { return false }
            guard delegate.mayConnect(to: address, self) else {
                running.refusedAddresses.append(address)
                return false
            }
        }
        running.hasOpenedSocket = true
        return true
    }

    /// The message for people when every address was refused.
    var refusal: String {
        let addresses = running.refusedAddresses
        let shown = addresses.prefix(3).map(\.description).joined(separator: ", ")
        return
            "no address of the host may be connected to: \(shown)\(addresses.count > 3 ? " and others" : "")"
    }
}
