/// Undoes one content coding.
protocol CodingStage: AnyObject {
    /// The coding's name.
    var coding: String { get }
    /// Whether the input may end after what has come.
    var isComplete: Bool { get }
    /// Whether the coding has ended, so that all further input is ignored.
    var hasEnded: Bool { get }

    /// Decodes as much as fits into the output.
    ///
    /// It has to be called again until the input is empty and the output is not full.
    ///
    /// - Parameters:
    ///   - input: the next bytes. Those that are used are removed from its front.
    ///   - output: where the decoded bytes go.
    func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> CodingStep
}

/// The result of one step.
struct CodingStep {
    /// How many bytes were put out.
    let count: Int
    /// Why it cannot go on after those; nil when it can.
    var failure: ContentDecodingFailure?
}

extension UnsafeRawBufferPointer {
    /// The buffer without its first bytes.
    func rebasedDropping(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: dropFirst(count))
    }
}
