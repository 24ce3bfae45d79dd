/// What the program calls itself.
package enum Product {
    /// By Semantic Versioning.
    package static let version = "0.1.0"
    /// What is sent as `User-Agent` where a job names none: product and version. Who crawls and where to complain only the
    /// job can say.
    package static let userAgent = "trawl/\(version)"
}
