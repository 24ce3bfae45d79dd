extension Cursor {
    /// A duration such as `500ms`, `10s`, `1.5h` or `0`.
    func duration() throws(JobFileError) -> Duration {
        let word = try word() ?? ""
        do throws(DurationTextError) {
            return try Duration(jobFileText: word)
        } catch {
            throw failure("\(found) \(error.message)")
        }
    }
}
