/// What the program calls itself.
public enum Product {
    /// By Semantic Versioning.
    public static let version = "0.1.0"
    /// What is sent as `User-Agent` where a job names none: product, version, and where to read about it.
    public static let userAgent = "trawl/\(version) (+https://trawl.example/)"
}
