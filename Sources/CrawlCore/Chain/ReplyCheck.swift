/// What a JSON value has to be like, as a file of the user's says.
package protocol ReplyCheck: Sendable {
    /// What is wrong with a value; nil for nothing.
    ///
    /// - Parameter json: the text of one JSON value.
    func fault(in json: [UInt8]) -> String?
}
