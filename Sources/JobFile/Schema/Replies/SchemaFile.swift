package import CrawlCore
internal import Extract
internal import Foundation

/// Files with a schema that replies are checked by.
package enum SchemaFile {
    /// The largest one, in bytes: 1 MiB.
    private static let limit = 1 << 20

    /// Why a schema cannot be used.
    package struct Fault: Error, CustomStringConvertible {
        /// In words, with the file's path.
        package let description: String
    }

    /// Reads a schema.
    package static func read(_ path: String) throws(Fault) -> any ReplyCheck {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Fault(description: "the schema \(path) cannot be read")
        }
        guard data.count <= limit else { throw Fault(description: "the schema \(path) is larger than 1 MiB") }
        do throws(JSONSchema.Mistake) {
            return try JSONSchema(String(decoding: data, as: UTF8.self))
        } catch {
            throw Fault(description: "the schema \(path): \(error.description)")
        }
    }
}
