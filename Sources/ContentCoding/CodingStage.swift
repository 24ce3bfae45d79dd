/// One content coding being undone.
protocol CodingStage: AnyObject {
    /// The coding's name.
    var coding: String { get }
    /// Whether the input may end here.
    var isComplete: Bool { get }
    /// Whether whatever else comes is of no account.
    var hasEnded: Bool { get }

    /// Decodes as much as goes into the output.
    ///
    /// It has done what it can once the input is empty and the output is not full.
    ///
    /// - Parameters:
    ///   - input: what comes next; what is used of it is taken off its front.
    ///   - output: where to.
    func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> CodingStep
}

/// What a stage has done.
struct CodingStep {
    /// Bytes that it put out.
    let count: Int
    /// What stopped it after those, for good.
    var failure: ContentDecodingFailure?
}

extension UnsafeRawBufferPointer {
    /// What is left behind the first bytes.
    func rebasedDropping(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: dropFirst(count))
    }
}
