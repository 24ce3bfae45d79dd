/// What is wrong with a schedule.
public struct CronError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for people.
    public let description: String

    init(_ description: String) { self.description = description }
}
