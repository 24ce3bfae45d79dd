import Foundation

/// A file of a test, gone with its owner.
final class TemporaryFile {
    let path: String

    init(_ bytes: some Sequence<UInt8>, name: String = "job.yaml") throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        path = file.path
    }

    /// The folder that holds nothing but the file.
    var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
