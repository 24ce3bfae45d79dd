/// One of the schemes that the URL Standard treats specially: they always have a host (but `file`), take a
/// backslash for a slash, and know a default port (section 4.2, "special scheme").
enum SpecialScheme: UInt8, Sendable {
    case http
    case https
    case ws
    case wss
    case ftp
    case file

    /// Recognises a scheme that is already lower case, without its colon; `nil` for any scheme that is not special.
    init?(_ name: Span<UInt8>) {
        if name.equals("http") {
            self = .http
        } else if name.equals("https") {
            self = .https
        } else if name.equals("ws") {
            self = .ws
        } else if name.equals("wss") {
            self = .wss
        } else if name.equals("ftp") {
            self = .ftp
        } else if name.equals("file") {
            self = .file
        } else {
            return nil
        }
    }

    /// The port that is dropped from a URL; `file` has none.
    var defaultPort: UInt16? {
        switch self {
        case .http, .ws: 80
        case .https, .wss: 443
        case .ftp: 21
        case .file: nil
        }
    }
}
