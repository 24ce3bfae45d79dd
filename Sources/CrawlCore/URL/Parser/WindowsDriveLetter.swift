// Windows drive letters, which only `file:` URLs know (URL Standard, section 4.2).
extension Span<UInt8> {
    /// Whether the text is a letter followed by `:` or `|` ("Windows drive letter").
    var isWindowsDriveLetter: Bool { count == 2 && beginsWithDriveLetterBytes(at: 0, orPipe: true) }

    /// Whether the text from `position` on begins with a drive letter that is followed by nothing, `/`, `\`, `?` or `#`
    /// ("starts with a Windows drive letter").
    func startsWithWindowsDriveLetter(at position: Int) -> Bool {
        beginsWithDriveLetterBytes(at: position, orPipe: true) && isSegmentEnd(position + 2)
    }

    /// Whether the first segment of a path that is serialised here is a letter and a colon ("normalized Windows drive
    /// letter").
    var beginsWithNormalizedDriveLetter: Bool {
        count >= 3 && self[0] == ASCII.slash && beginsWithDriveLetterBytes(at: 1, orPipe: false)
            && (count == 3 || self[3] == ASCII.slash)
    }

    private func beginsWithDriveLetterBytes(at position: Int, orPipe: Bool) -> Bool {
        guard position + 2 <= count, self[position].isASCIIAlpha else { return false }
        return self[position + 1] == ASCII.colon || (orPipe && self[position + 1] == ASCII.pipe)
    }

    private func isSegmentEnd(_ position: Int) -> Bool {
        guard position < count else { return true }
        return switch self[position] {
        case ASCII.slash, ASCII.backslash, ASCII.question, ASCII.hash: true
        default: false
        }
    }
}
