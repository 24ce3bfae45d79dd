/// A user name and password, as a URL may carry them, for one origin (scheme, host and port).
public struct Credentials: Sendable, Equatable {
    /// The user name, not escaped.
    public var user: String
    /// The password, not escaped; empty for none.
    public var password: String

    /// A pair; nothing is checked.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}
