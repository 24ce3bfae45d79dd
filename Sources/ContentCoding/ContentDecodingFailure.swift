/// Why a body could not be decoded by its `Content-Encoding`.
package enum ContentDecodingFailure: Error, Sendable, Equatable {
    /// Nobody here can undo the coding.
    case unknownCoding(String)
    /// The body has more codings than ``ContentDecoder/maximumCodings``.
    case tooManyCodings(Int)
    /// The bytes are not in the coding. The text is the decoding library's.
    case corrupt(coding: String, String)
    /// The bytes end before the coding does.
    case truncated(coding: String)
    /// Undoing a coding gives more bytes than there may be between two codings.
    case expandsTooFar(coding: String)
    /// There is no memory for a decoder.
    case outOfMemory
}

extension ContentDecodingFailure: CustomStringConvertible {
    /// One sentence for people.
    package var description: String {
        switch self {
        case .unknownCoding(let name):
            "Content-Encoding \"\(name.prefix(100))\" is none of \(ContentDecoder.acceptEncoding)"
        case .tooManyCodings(let count):
            "\(count) content codings on top of each other; at most \(ContentDecoder.maximumCodings) are undone"
        case .corrupt(let coding, let detail):
            "the body is not in the coding \(coding): \(detail)"
        case .truncated(let coding):
            "the body ends before its coding \(coding) does"
        case .expandsTooFar(let coding):
            "undoing \(coding) gives more than a body may have"
        case .outOfMemory:
            "no memory to decode the body"
        }
    }
}
