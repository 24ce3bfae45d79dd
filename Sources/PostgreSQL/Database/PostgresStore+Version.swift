internal import CPQ

extension PostgresStore {
    /// The version of libpq: `15.18`.
    package static var libraryVersion: String {
        let number = PQlibVersion()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
