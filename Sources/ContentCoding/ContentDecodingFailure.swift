/// Why a body could not be decoded as its `Content-Encoding` says.
package enum ContentDecodingFailure: Error, Sendable, Equatable {
    /// A coding that is not undone here.
    case unknownCoding(String)
    /// More codings on top of each other than ``ContentDecoder/maximumCodings``.
    case tooManyCodings(Int)
    /// The bytes are not in the coding; the text is the library's.
    case corrupt(coding: String, String)
    /// The bytes end before the coding does.
    case truncated(coding: String)
    /// What lies between two codings is larger than allowed.
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
