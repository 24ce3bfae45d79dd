internal import ArgumentParser

/// A run of a job: `latest`, or its number.
enum RunSelector: ExpressibleByArgument {
    case latest
    case number(Int)

    init?(argument: String) {
        if argument == "latest" {
            self = .latest
        } else if let number = Int(argument), number >= 1 {
            self = .number(number)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { "latest" }
}
