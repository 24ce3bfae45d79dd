/// Reads a `urls_from` list line by line, in constant memory whatever its size.
///
/// Lines end with LF, CR or CR LF; the last one may lack its end. A list is UTF-8, or UTF-16 where it begins with the byte order mark
/// of that. NUL bytes are kept, and what is not UTF-8 is repaired with U+FFFD, so that one bad line is one bad page and no reason to
/// stop. The calls block: use it on a thread that may.
package struct URLListReader: ~Copyable {
    /// The longest line, in bytes without its end: 1 MiB, which is room for the body of a request. The rest of a longer one is skipped.
    package static let maxLineBytes = 1 << 20

    /// One line of a list.
    package struct Line: Sendable, Equatable {
        /// Which line of the file it is, from 1.
        package let number: Int
        /// What stands in it, without its end; of a line that is too long the first 1 MiB.
        package let text: String
        /// Whether it is longer than ``URLListReader/maxLineBytes``.
        package let isTooLong: Bool
    }

    private var input: URLListInput
    private let label: String
    /// The longest line and a read of 64 KiB; `start ..< end` is what was read and not yet given out.
    private var buffer = [UInt8](repeating: 0, count: maxLineBytes + (1 << 16))
    private var start = 0
    private var end = 0
    private var number = 0
    /// Whether a line feed that comes next belongs to the end of the last line.
    private var isBehindCR = false

    /// Opens a list.
    ///
    /// - Throws: ``URLListError`` where it cannot be opened. A directory shows at the first line only.
    package init(path: String) throws(URLListError) {
        label = path
        do {
            input = URLListInput(try InputDescriptor(opening: path))
        } catch {
            throw URLListError(label: path, reason: error.reason)
        }
    }

    /// Reads from a descriptor, which stays open: 0 is standard input.
    ///
    /// - Parameter label: what messages call it.
    package init(fileDescriptor: Int32, label: String = "standard input") {
        self.label = label
        input = URLListInput(InputDescriptor(borrowing: fileDescriptor))
    }

    /// The next line, nil at the end.
    ///
    /// - Throws: ``URLListError`` where reading fails.
    package mutating func next() throws(URLListError) -> Line? {
        var scanned = start
        while true {
            if isBehindCR, start < end {
                isBehindCR = false
                if buffer[start] == UInt8(ascii: "\n") {
                    start += 1
                    scanned = start
                }
            }
            if let lineEnd = buffer[scanned..<end].firstIndex(where: \.endsLine) {
                isBehindCR = buffer[lineEnd] == UInt8(ascii: "\r")
                return takeLine(upTo: lineEnd, next: lineEnd + 1)
            }
            if end - start > Self.maxLineBytes { return try takeLongLine() }

            let length = end - start
            guard try fill() else { return end == start ? nil : takeLine(upTo: end, next: end) }
            scanned = start + length
        }
    }

    /// Moves what is left to the front and reads more behind it; false at the end of the list.
    private mutating func fill() throws(URLListError) -> Bool {
        if start > 0 {
            let rest = start..<end
            buffer.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[rest])) }
            (start, end) = (0, rest.count)
        }
        do {
            let count = try input.read(into: &buffer, from: end)
            end += count
            return count > 0
        } catch {
            throw URLListError(label: label, reason: error.reason)
        }
    }

    private mutating func takeLine(upTo lineEnd: Int, next: Int) -> Line {
        let textEnd = min(lineEnd, start + Self.maxLineBytes)
        number += 1
        let text = String(decoding: buffer[start..<textEnd], as: UTF8.self)
        start = next
        return Line(number: number, text: text, isTooLong: textEnd < lineEnd)
    }

    /// Takes the beginning of a line that does not fit and reads over the rest.
    private mutating func takeLongLine() throws(URLListError) -> Line {
        let line = takeLine(upTo: end, next: end)
        while try fill() {
            if let lineEnd = buffer[start..<end].firstIndex(where: \.endsLine) {
                isBehindCR = buffer[lineEnd] == UInt8(ascii: "\r")
                start = lineEnd + 1
                break
            }
            start = end
        }
        return line
    }
}

extension UInt8 {
    /// Whether a line ends with it.
    fileprivate var endsLine: Bool { self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r") }
}
