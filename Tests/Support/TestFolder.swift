import Foundation
import Testing

/// A folder of files that is gone after the test.
package final class TestFolder {
    /// Where it is.
    package let path: String

    /// - Parameter files: their contents by path; a path that ends with a slash is a folder.
    package init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "trawl-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try add(name, text) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Adds a file, and the folders that it lies in; a name that ends with a slash is a folder.
    package func add(_ name: String, _ text: String) throws {
        let file = URL(filePath: path).appending(path: name)
        let folder = name.hasSuffix("/") ? file : file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if !name.hasSuffix("/") { try Data(text.utf8).write(to: file) }
    }

    /// Adds a file whose name may be no UTF-8.
    package func add(bytes name: [UInt8], _ text: String) throws {
        let file = Array(path.utf8) + [UInt8(ascii: "/")] + name + [0]
        let descriptor = file.withUnsafeBytes { bytes in
            bytes.baseAddress.map { open($0.assumingMemoryBound(to: CChar.self), O_WRONLY | O_CREAT, 0o600) }
                ?? -1
        }
        try #require(descriptor >= 0)
        _ = write(descriptor, text, text.utf8.count)
        close(descriptor)
    }

    /// Adds a symbolic link.
    package func link(_ name: String, to target: String) throws {
        try #require(symlink(target, path + "/" + name) == 0)
    }

    /// Adds a FIFO.
    package func fifo(_ name: String) throws {
        try #require(mkfifo(path + "/" + name, 0o600) == 0)
    }

    /// Changes who may read something.
    package func setMode(_ mode: UInt32, of name: String) throws {
        try #require(chmod(path + "/" + name, mode) == 0)
    }
}
