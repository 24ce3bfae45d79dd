/// A picture of a report, as the numbers that it is drawn from.
struct ReportChart {
    /// What it is called in the data and in the page's address.
    let id: String
    /// What it shows.
    let title: String
    /// What it says, in a sentence with its numbers, for those who do not see it.
    let summary: String
    let kind: Kind
    /// What a label is: `status`, `time`.
    let label: String
    /// What is counted, one name a series.
    let series: [Series]
    /// The bars, from the top or from the left.
    let bars: [Bar]
    /// Lines across, such as percentiles.
    var marks: [Mark] = []

    enum Kind: String {
        /// Bars one below another, each with its label.
        case bars
        /// The same, with the series of a bar one over the other, the longest at the back.
        case nested
        /// Columns one beside another, along an axis.
        case columns
    }

    /// What a series means, by which it is coloured.
    enum Tone: String {
        case good
        case bad
        case other
        case plain
    }

    struct Series {
        /// Its name in the data.
        let name: String
        /// Its name for people.
        let heading: String
        let tone: Tone
    }

    struct Bar {
        let label: String
        /// A number for each series; stacked.
        let values: [Int64]
        /// The tone of this bar, in place of its series'.
        var tone: Tone?
        /// The numbers as people read them, where they are no plain counts.
        var text: String?

        var total: Int64 { values.reduce(0, +) }
    }

    /// A line at a place along the axis.
    struct Mark {
        /// From 0 to 1.
        let place: Double
        let label: String
    }
}
