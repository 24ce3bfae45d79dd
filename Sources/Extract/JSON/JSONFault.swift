/// Why a text is no JSON (RFC 8259).
package struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Bytes before the first that cannot be there.
    package let position: Int
    /// What is wrong with it, for people.
    package let reason: String

    /// How deep SQLite's JSON functions take values to be nested (`JSON_MAX_DEPTH`).
    package static let depthLimit = 2000

    /// A fault.
    package init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }

    /// Looks for the first fault of a text.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - depthLimit: how deep values may be nested.
    /// - Returns: nil where the text is JSON.
    package static func find(
        in text: UnsafeRawBufferPointer, depthLimit: Int = JSONFault.depthLimit
    ) -> JSONFault? {
        JSONReader.fault(in: text, depthLimit: depthLimit)
    }

    /// One sentence for people.
    package var description: String { "not JSON at byte \(position): \(reason)" }
}
