/// Decodes a stream in an encoding whose markup cannot be found before it is decoded.
protocol StreamDecoder {
    /// Decodes a piece of a stream to UTF-8; what is incomplete is kept for the next piece.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8])
    /// Decodes what is left at the end of a stream.
    mutating func finish(into output: inout [UInt8])
}
