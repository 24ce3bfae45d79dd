package import CrawlCore
internal import Glibc

/// Why a secret could not be looked up.
package struct SecretFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reference to the secret.
    package let reference: TextReference
    /// What is wrong, without the secret.
    package let reason: String

    /// A failure to look up a secret.
    package init(_ reference: TextReference, _ reason: String) {
        self.reference = reference
        self.reason = reason
    }

    /// One sentence for people.
    package var description: String { "\(reference): \(reason)" }
}

/// Looks up secrets in environment variables and files.
enum SystemSecrets {
    /// The longest secret, in bytes: 64 KiB.
    private static let limit = 64 << 10

    static func look(up reference: TextReference) -> Result<String, SecretFailure> {
        switch reference {
        case .environment(let name):
            guard let value = getenv(name) else {
                return .failure(SecretFailure(reference, "the environment variable \(name) is not set"))
            }
            return .success(String(cString: value))
        case .file(let path):
            do throws(SecretFailure) {
                return .success(try read(path, reference))
            } catch {
                return .failure(error)
            }
        case .credential:
            return .failure(SecretFailure(reference, "the request has no auth"))
        case .variable(let name):
            return .failure(SecretFailure(reference, "the variable \(name) was not filled in"))
        }
    }

    private static func read(_ path: String, _ reference: TextReference) throws(SecretFailure) -> String {
        var path = path
        if !path.hasPrefix("/") {
            guard let folder = getenv("CREDENTIALS_DIRECTORY") else {
                throw SecretFailure(
                    reference,
                    "$CREDENTIALS_DIRECTORY is not set; write an absolute path, or let systemd load it")
            }
            path = String(cString: folder) + "/" + path
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SecretFailure(reference, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let length = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            guard length >= 0 else { throw SecretFailure(reference, String(cString: strerror(errno))) }
            if length == 0 { break }
            count += length
        }
        guard count <= limit else { throw SecretFailure(reference, "the file is larger than 64 KiB") }
        // Editors end a file with a line break, which is not part of the secret.
        if count > 0, bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        if count > 0, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SecretFailure(reference, "the file is not UTF-8")
        }
        return text
    }
}
