/// The characters of JIS X 0208 as the Encoding Standard has them: with Microsoft's additions.
enum JIS0208 {
    /// Converts a character by its two bytes in EUC-JP or ISO-2022-JP.
    ///
    /// - Parameters:
    ///   - conversion: From code page 932, the one table of the C library's that has the same characters.
    /// - Returns: Whether there is such a character; if not, nothing was added.
    static func convert(_ lead: UInt8, _ trail: UInt8, by conversion: Iconv?, into output: inout [UInt8])
        -> Bool
    {
        guard let conversion else { return false }
        let row = lead & 0x7F
        let cell = trail & 0x7F
        // Shift_JIS has two rows of 94 cells to a lead byte, and leaves out 0x7F among the trails.
        var shiftedLead = (row - 0x21) / 2 + 0x81
        if shiftedLead > 0x9F { shiftedLead += 0x40 }
        let isSecondRow = row % 2 == 0
        let shiftedTrail = isSecondRow ? cell + 0x7E : cell + (cell >= 0x60 ? 0x20 : 0x1F)
        return withUnsafeBytes(of: (shiftedLead, shiftedTrail)) { conversion.convert($0, into: &output) }
    }
}
