/// What is wrong with a schedule.
package struct CronError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for people.
    package let description: String

    init(_ description: String) { self.description = description }
}
