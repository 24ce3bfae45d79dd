/// An option that curl refused, because it has no memory or was built without it.
package struct CurlSetupFailure: Error, Sendable, CustomStringConvertible {
    let option: String
    let message: String

    /// curl has no memory for another transfer.
    package static let outOfMemory = CurlSetupFailure(option: "curl_multi_add_handle", message: "no memory")

    /// One sentence for people.
    package var description: String { "libcurl refused \(option): \(message)" }
}
