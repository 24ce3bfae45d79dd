/// Why a text is no JSON (RFC 8259).
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Bytes before the first that cannot be there.
    public let position: Int
    /// What is wrong with it, for people.
    public let reason: String

    /// How deep SQLite's JSON functions take values to be nested (`JSON_MAX_DEPTH`).
    public static let depthLimit = 2000

    /// A fault.
    public init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }

    /// Looks for the first fault of a text.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - depthLimit: how deep values may be nested.
    /// - Returns: nil where the text is JSON.
    public static func find(
        in text: UnsafeRawBufferPointer, depthLimit: Int = JSONFault.depthLimit
    ) -> JSONFault? {
        JSONReader.fault(in: text, depthLimit: depthLimit)
    }

    /// One sentence for people.
    public var description: String { "not JSON at byte \(position): \(reason)" }
}
