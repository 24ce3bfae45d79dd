/// What the program calls itself.
public enum Product {
    /// By Semantic Versioning.
    public static let version = "0.1.0"
    /// What is sent as `User-Agent` where a job names none: product and version. Who crawls and where to complain only the
    /// job can say.
    public static let userAgent = "trawl/\(version)"
}
