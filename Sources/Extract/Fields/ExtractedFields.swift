/// What was taken from a page.
package struct ExtractedFields: Equatable, Sendable {
    /// A JSON object of all fields, by their names and in their order; a field that matches nothing is null.
    package let json: String
    /// Which values are null although something matched, and why, for people; nil where there are none.
    package let mistakes: String?

    /// How many mistakes are told; of the others their number.
    private static let toldMistakes = 5

    init(json: String, mistakes: [String]) {
        self.json = json
        guard !mistakes.isEmpty else {
            self.mistakes = nil
            return
        }
        let others = mistakes.count - Self.toldMistakes
        self.mistakes =
            mistakes.prefix(Self.toldMistakes).joined(separator: "; ")
            + (others > 0 ? "; and \(others) more" : "")
    }
}
