extension WebURL {
    /// The scheme, in lower case and without the colon.
    package var scheme: String { text(0, offsets.schemeEnd) }

    /// The user name, escaped; empty if there is none.
    package var username: String {
        hasCredentials ? text(offsets.schemeEnd + 3, offsets.usernameEnd) : ""
    }

    /// The password, escaped; empty if there is none.
    package var password: String {
        // With a password the name is followed by ":", without one by "@".
        guard hasCredentials, offsets.usernameEnd + 1 < offsets.hostStart else { return "" }
        return text(offsets.usernameEnd + 1, offsets.hostStart - 1)
    }

    /// The host, serialised: a domain name (international ones in their ASCII form), an IPv4 address, an IPv6 address in
    /// brackets, or escaped text for schemes that are not special. Empty for most `file:` URLs; `nil` where there is
    /// none, as in `mailto:`.
    package var host: String? {
        hasHost ? text(offsets.hostStart, offsets.hostEnd) : nil
    }

    /// The path, escaped; it begins with a slash where there is a host, and may be any text otherwise.
    package var path: String { text(offsets.pathStart, offsets.queryStart) }

    /// The query without its question mark, escaped; `nil` if there is none. `http://host/?` has an empty one.
    package var query: String? {
        offsets.queryStart < offsets.fragmentStart ? text(offsets.queryStart + 1, offsets.fragmentStart) : nil
    }

    /// The fragment without its hash sign, escaped; `nil` if there is none.
    package var fragment: String? {
        offsets.fragmentStart < length ? text(offsets.fragmentStart + 1, length) : nil
    }

    /// The path and the query with its question mark: what an HTTP request asks its server for, and what the rules of a
    /// robots.txt are matched against.
    package var pathAndQuery: String { text(offsets.pathStart, offsets.fragmentStart) }

    /// Whether the scheme is `http` or `https`.
    package var isHTTP: Bool { specialScheme == .http || specialScheme == .https }

    /// Whether a user name or a password is written in the URL.
    package var hasCredentials: Bool { offsets.usernameEnd < offsets.hostStart }

    /// "scheme://host", and ":port" where it is not the scheme's default: the key of every limit that holds for a host.
    ///
    /// A URL without a host gives "scheme://".
    package var hostKey: String {
        guard hasHost else { return scheme + "://" }
        guard hasCredentials else { return text(0, offsets.pathStart) }
        return text(0, offsets.schemeEnd + 3) + text(offsets.hostStart, offsets.pathStart)
    }

    /// How many bytes at the beginning of ``withoutCredentialsAndFragment`` are the ``hostKey``.
    package var hostKeyLength: Int {
        Int(
            hasCredentials ? offsets.schemeEnd + 3 + offsets.pathStart - offsets.hostStart : offsets.pathStart
        )
    }

    /// The URL up to its fragment: what identifies a resource.
    package var withoutFragment: String {
        offsets.fragmentStart == length ? href : text(0, offsets.fragmentStart)
    }

    /// The URL without fragment, user name and password: what is requested, stored and logged.
    package var withoutCredentialsAndFragment: String {
        guard hasCredentials else { return withoutFragment }
        return text(0, offsets.schemeEnd + 3) + text(offsets.hostStart, offsets.fragmentStart)
    }
}

extension WebURL {
    /// The length of ``href``, in bytes.
    var length: UInt32 { UInt32(truncatingIfNeeded: href.utf8.count) }

    /// Whether the URL has a host, be it empty: exactly if "//" follows the scheme. (A path that begins with two slashes
    /// is written "/.//" where there is no host.)
    var hasHost: Bool { offsets.hostStart > offsets.schemeEnd + 1 }

    /// Whether the path is opaque: one text that relative references are not resolved against, as in `mailto:a@b`.
    var hasOpaquePath: Bool {
        !hasHost && !(offsets.pathStart < length && href.utf8.span[Int(offsets.pathStart)] == ASCII.slash)
    }

    private func text(_ start: UInt32, _ end: UInt32) -> String {
        let utf8 = href.utf8
        let from = utf8.index(utf8.startIndex, offsetBy: Int(start))
        return String(href[from..<utf8.index(from, offsetBy: Int(end - start))])
    }
}
