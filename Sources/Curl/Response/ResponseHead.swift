internal import CrawlCore
internal import Glibc

/// The parts of a response's header that decide how the body is read, and those that later requests need.
///
/// They are read from the lines as they come. Asking curl for a field goes over all fields twice, and curl accepts headers
/// that RFC 9112 calls unrecoverable.
package struct ResponseHead: Sendable, Equatable {
    /// The status of the response; 0 before it has come.
    package private(set) var status = 0
    /// Whether the whole header of the final response has come. Trailers, which may follow the body, are not read.
    package private(set) var isComplete = false
    /// The `ETag` as it was sent.
    package private(set) var etag: String?
    /// The `Last-Modified` as it was sent.
    package private(set) var lastModified: String?
    /// The `Content-Length`; nil when there is none, or it is not a number.
    package private(set) var contentLength: Int64?
    /// The `Content-Encoding` as it was sent. Several fields are joined by commas.
    package private(set) var contentEncoding: String?
    /// Which rare fields the header has. Their values are read by ``Transfer/headers(_:)``.
    package private(set) var notableFields: NotableFields = []
    /// How many `Set-Cookie` fields have come.
    private(set) var cookieCount = 0
    /// Whether the body comes in the chunked transfer coding.
    private(set) var isChunked = false
    /// What is wrong with the header; nil for nothing, and until the header is complete.
    private(set) var fault: ResponseFault?

    private var lengthFault: String?
    private var transferFault: String?

    /// Fields that few responses have, so that curl is asked for them only when they are there.
    package struct NotableFields: OptionSet, Sendable {
        /// One bit a field.
        package let rawValue: UInt8
        /// The set with these bits.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// `Retry-After` (RFC 9110, section 10.2.3).
        package static let retryAfter = NotableFields(rawValue: 1)
        /// `X-Robots-Tag` (Google's robots meta tag specification).
        package static let robotsTag = NotableFields(rawValue: 2)
        /// Fields that tell how many more requests the server takes, such as `RateLimit`.
        package static let rateLimit = NotableFields(rawValue: 4)
        /// `Link` (RFC 8288).
        package static let link = NotableFields(rawValue: 8)
        /// `Refresh` (HTML Standard, section 7.4.6).
        package static let refresh = NotableFields(rawValue: 16)

        // Said in full: the protocol's own is not specialised in another module, as this type is not public.
        /// Whether all of some fields are there.
        package func contains(_ fields: NotableFields) -> Bool {
            rawValue & fields.rawValue == fields.rawValue
        }
    }

    /// A header of which nothing has come.
    package init() {}

    /// Reads a line, which ends with its line break.
    mutating func read(_ line: UnsafeRawBufferPointer) {
        guard let first = line.first else { return }
        switch first | 0x20 {
        case UInt8(ascii: "h") where (status == 0 || isComplete) && Self.begins(line, with: "http/"):
            self = ResponseHead()
            status = Self.status(in: line)
        case _ where isComplete: break
        case UInt8(ascii: "c"): readContentField(line)
        case UInt8(ascii: "e"):
            if let value = Self.value(of: "etag:", in: line) { etag = value }
        case UInt8(ascii: "l"):
            if let value = Self.value(of: "last-modified:", in: line) {
                lastModified = value
            } else if Self.begins(line, with: "link:") {
                notableFields.insert(.link)
            }
        case UInt8(ascii: "r") where Self.begins(line, with: "retry-after:"):
            notableFields.insert(.retryAfter)
        case UInt8(ascii: "r") where Self.begins(line, with: "refresh:"):
            notableFields.insert(.refresh)
        case UInt8(ascii: "r") where Self.begins(line, with: "ratelimit"),
            UInt8(ascii: "x") where Self.begins(line, with: "x-rate"),
            UInt8(ascii: "a") where Self.begins(line, with: "anthropic-ratelimit"):
            notableFields.insert(.rateLimit)
        case UInt8(ascii: "s") where Self.begins(line, with: "set-cookie:"): cookieCount += 1
        case UInt8(ascii: "t"):
            if let value = Self.value(of: "transfer-encoding:", in: line) { readTransferCoding(value) }
        case UInt8(ascii: "x") where Self.begins(line, with: "x-robots-tag:"):
            notableFields.insert(.robotsTag)
        case UInt8(ascii: "\r") | 0x20, UInt8(ascii: "\n") | 0x20: if first < 0x20 { end() }
        default: break
        }
    }

    private mutating func readContentField(_ line: UnsafeRawBufferPointer) {
        if Self.begins(line, with: "content-length:") {
            readLength(Self.trimmed(line.dropFirst(15)))
        } else if let value = Self.value(of: "content-encoding:", in: line) {
            contentEncoding = contentEncoding.map { "\($0), \(value)" } ?? value
        }
    }

    /// Reads a `Content-Length`. Lengths that differ, and text that is no length, are unrecoverable (RFC 9112, section 6.3).
    /// The same length several times is accepted. curl would take the last one, and ignore a number that is too large
    /// for it.
    private mutating func readLength(_ value: Slice<UnsafeRawBufferPointer>) {
        if contentLength == nil, let length = Self.decimal(value) {
            contentLength = length
            return
        }
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let digits = Self.trimmed(part)
            guard let length = Self.decimal(digits) else {
                lengthFault = "Content-Length \"\(String(decoding: value.prefix(100), as: UTF8.self))\""
                return
            }
            if let contentLength, contentLength != length {
                lengthFault = "Content-Length \(contentLength) and \(length) at once"
            }
            contentLength = length
        }
    }

    /// Reads a `Transfer-Encoding`. A server may not send any coding but chunked unless it was asked to (RFC 9112, section
    /// 7.4).
    private mutating func readTransferCoding(_ value: String) {
        switch value.lowercased() {
        case "chunked": isChunked = true
        case "identity": break
        default: transferFault = "Transfer-Encoding \"\(value.prefix(100))\", which was not asked for"
        }
    }

    private mutating func end() {
        switch status {
        case 101:
            fault = ResponseFault(.badResponse, "status 101 (Switching Protocols), which was not asked for")
        case 100..<200:
            // After an interim response another header follows.
            self = ResponseHead()
            return
        default:
            if let transferFault {
                fault = ResponseFault(.decode, transferFault)
            } else if let lengthFault, !isChunked, status != 204, status != 304 {
                // The length does not matter when there is no body, or when the chunks tell where it ends.
                fault = ResponseFault(.badResponse, lengthFault)
            }
        }
        isComplete = true
    }

    /// The status in a status line that curl has accepted: the digits after the first spaces.
    private static func status(in line: UnsafeRawBufferPointer) -> Int {
        var status = 0
        let afterVersion = line.drop { $0 != 0x20 }
        for byte in afterVersion.drop(while: { $0 == 0x20 }).prefix(3) {
            guard byte &- 0x30 < 10 else { break }
            status = status * 10 + Int(byte &- 0x30)
        }
        return status
    }

    /// A number that has only digits; nil for anything else, and for one that is too large.
    private static func decimal(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        var number: Int64 = 0
        for byte in digits {
            guard byte &- 0x30 < 10 else { return nil }
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int64(byte &- 0x30))
            guard !overflow, !carry else { return nil }
            number = sum
        }
        return number
    }

    /// The value of a field without the white space around it; nil when the line is another field's.
    private static func value(of name: StaticString, in line: UnsafeRawBufferPointer) -> String? {
        guard begins(line, with: name) else { return nil }
        return String(decoding: trimmed(line.dropFirst(name.utf8CodeUnitCount)), as: UTF8.self)
    }

    private static func trimmed(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var text = text
        while let byte = text.first, byte == 0x20 || byte == 0x09 { text.removeFirst() }
        while let byte = text.last, byte <= 0x20 { text.removeLast() }
        return text
    }

    /// Whether a line begins with a text, in upper or lower case.
    private static func begins(_ line: UnsafeRawBufferPointer, with text: StaticString) -> Bool {
        guard line.count >= text.utf8CodeUnitCount, let start = line.baseAddress else { return false }
        // Safe because both texts are at least as long as what is compared, and strncasecmp(3) reads bytes.
        return strncasecmp(
            start.assumingMemoryBound(to: CChar.self),
            UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self), text.utf8CodeUnitCount) == 0
    }
}
