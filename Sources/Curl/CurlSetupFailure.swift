/// An option that curl would not take: out of memory, or a build without it.
public struct CurlSetupFailure: Error, Sendable, CustomStringConvertible {
    let option: String
    let message: String

    /// curl has no memory for another transfer.
    public static let outOfMemory = CurlSetupFailure(option: "curl_multi_add_handle", message: "no memory")

    /// One sentence for people.
    public var description: String { "libcurl refused \(option): \(message)" }
}
