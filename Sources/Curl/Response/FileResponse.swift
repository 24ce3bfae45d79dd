internal import CrawlCore
internal import Glibc

/// A response that comes out of a file of this machine, and from no server.
///
/// It belongs to the thread of its transfer.
package final class FileResponse {
    /// The status.
    let status: Int
    private let fields: [Field]
    private let body: Body?
    /// Bytes of the body that have been read.
    private(set) var bytesRead: Int64 = 0

    /// A header field.
    package struct Field: Sendable {
        /// The name, in lower case.
        let name: String
        /// The value.
        let value: String

        /// A field; nothing is checked.
        ///
        /// - Parameter name: in lower case.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A file that is open for reading until nobody holds it any more.
    package final class Body: Sendable {
        fileprivate let descriptor: Int32
        /// How many bytes of it are the body.
        package let length: Int64

        /// Takes over a file that is open for reading.
        package init(descriptor: Int32, length: Int64) {
            self.descriptor = descriptor
            self.length = length
        }

        deinit { close(descriptor) }
    }

    /// What reading a part of the body comes to.
    enum Part {
        /// So many bytes.
        case bytes(Int)
        /// The body has ended.
        case end
        /// The file could not be read to its end.
        case fault(ResponseFault)
    }

    /// A response with the body of a file; nil for no body.
    package init(status: Int, fields: [Field], body: Body?) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The lines of the header as a server would send them, each with its line break.
    var headLines: [String] {
        ["HTTP/1.1 \(status)\r\n"] + fields.map { "\($0.name): \($0.value)\r\n" } + ["\r\n"]
    }

    /// The values of all fields of a name, in lower case.
    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// Reads the next part of the body.
    ///
    /// A file that grows meanwhile is read up to the length that it had.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Part {
        guard let body, bytesRead < body.length else { return .end }
        let wanted = Int(min(Int64(buffer.count), body.length - bytesRead))
        var count = -1
        repeat {
            count = Glibc.read(body.descriptor, buffer.baseAddress, wanted)
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            return .fault(
                ResponseFault(.internal, "the file cannot be read: \(String(cString: strerror(errno)))"))
        }
        guard count > 0 else {
            return .fault(ResponseFault(.truncated, "the file became shorter while it was read"))
        }
        bytesRead += Int64(count)
        return .bytes(count)
    }
}
