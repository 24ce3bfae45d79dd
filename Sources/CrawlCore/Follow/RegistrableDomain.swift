import CPSL

/// The part of a host's name that somebody registered, by the Public Suffix List (publicsuffix.org): `example.co.uk` of
/// `www.example.co.uk`.
enum RegistrableDomain {
    /// The registrable domain of a name; nil where it has none, being itself a public suffix or a single label.
    ///
    /// The list is the one that libpsl was built with.
    /// - Parameter name: A domain in ASCII, in lower case. A dot at its end is no part of it.
    static func of(_ name: String) -> String? {
        let name = name.hasSuffix(".") ? String(name.dropLast()) : name
        // A libpsl without a list has none to give, and then each name stands for itself.
        guard let list = psl_builtin() else { return nil }
        return name.withCString { name in
            // A pointer into `name`, nothing to free.
            psl_registrable_domain(list, name).map { String(cString: $0) }
        }
    }
}
