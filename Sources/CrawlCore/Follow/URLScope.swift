/// Where links may lead: what lies within reach of one of a run's seeds.
///
/// Looking up a link takes the same time however many seeds there are, and a seed that adds nothing takes no room; a million
/// seeds on as many hosts take 16 MB.
package struct URLScope: Sendable {
    /// How far a seed reaches.
    package enum Extent: String, Sendable, CaseIterable {
        /// Its host: the same name and port, where http's 80 and https's 443 count as one.
        case host
        /// Its site: the same registrable domain by the Public Suffix List, on any port. An address, or a name without such
        /// a domain, is a site of its own.
        case site
        /// Its folder: the same host, and a path that begins with the seed's up to its last slash.
        case prefix
        /// Everything.
        case any
    }

    /// How far each seed reaches.
    package let extent: Extent

    /// The hosts or folders of the seeds, as hashes.
    private var places: Set<UInt64> = []
    private var sites: Set<UInt64> = []
    /// How many slashes the seeds' folders have, a bit each; the last stands for 63 and more.
    private var folderDepths: UInt64 = 0

    /// A scope without seeds; it holds nothing, unless the extent is ``Extent/any``.
    package init(_ extent: Extent) {
        self.extent = extent
    }

    /// Adds what a seed reaches. One that is not of http or https reaches nothing.
    ///
    /// The owner calls this for each seed, and for the URL that a seed was redirected to: a person who asks for
    /// `http://example.org/` means the site that redirects to `https://www.example.org/`.
    package mutating func insert(seed: WebURL) {
        guard seed.isHTTP else { return }
        switch extent {
        case .any:
            break
        case .host:
            places.insert(seed.hashOfHostAndPort.value)
        case .site:
            places.insert(seed.hashOfHostAndPort.value)
            sites.insert(seed.hashOfSite)
        case .prefix:
            var folder: (hash: UInt64, depth: Int)?
            seed.forEachFolder { hash, depth in
                folder = (hash.value, depth)
                return true
            }
            guard let folder else { return }
            places.insert(folder.hash)
            folderDepths |= Self.bit(ofDepth: folder.depth)
        }
    }

    /// Whether a link may be followed.
    ///
    /// - Returns: False for every scheme but http and https.
    package func contains(_ url: WebURL) -> Bool {
        guard url.isHTTP else { return false }
        switch extent {
        case .any:
            return true
        case .host:
            return places.contains(url.hashOfHostAndPort.value)
        case .site:
            // Most links stay on their host, and the list of suffixes is the slower one.
            return places.contains(url.hashOfHostAndPort.value) || sites.contains(url.hashOfSite)
        case .prefix:
            var isWithin = false
            url.forEachFolder { hash, depth in
                isWithin = folderDepths & Self.bit(ofDepth: depth) != 0 && places.contains(hash.value)
                return !isWithin
            }
            return isWithin
        }
    }

    private static func bit(ofDepth depth: Int) -> UInt64 { 1 << UInt64(min(depth, 63)) }
}

extension WebURL {
    /// The host's name with the port, where the default of the scheme is no port.
    fileprivate var hashOfHostAndPort: KeyedHash {
        var hash = KeyedHash()
        hash.combine(href.utf8.span.extracting(Int(offsets.hostStart)..<Int(offsets.hostEnd)))
        hash.end(with: port ?? 0)
        return hash
    }

    fileprivate var hashOfSite: UInt64 {
        var hash = KeyedHash()
        let name = host ?? ""
        hash.combine((hostAddress == nil ? RegistrableDomain.of(name) ?? name : name).utf8.span)
        return hash.value
    }

    /// Calls `body` with host, port and each folder of the path, from `/` on, until it returns false.
    fileprivate func forEachFolder(_ body: (_ hash: KeyedHash, _ depth: Int) -> Bool) {
        var hash = hashOfHostAndPort
        var depth = 0
        let path = href.utf8.span.extracting(Int(offsets.pathStart)..<Int(offsets.queryStart))
        for index in 0..<path.count {
            hash.combine(path[index])
            guard path[index] == ASCII.slash else { continue }
            depth += 1
            if !body(hash, depth) { return }
        }
    }
}
