/// A table of a report, kept by columns. Texts in it are as strangers wrote them, cut where they are long: each writer makes them
/// harmless.
struct ReportTable {
    /// What it is called in the data and in the page's address: `failures`.
    let id: String
    /// Its heading.
    let title: String
    /// What a row is, in a sentence.
    let note: String
    /// How to list all rows with SQL; nil where no view has them.
    let query: String?
    /// Its columns, each with as many cells.
    private(set) var columns: [ReportColumn]
    /// How many rows it would have without a limit.
    var total: Int64 = 0

    init(id: String, title: String, note: String, query: String? = nil, columns: [ReportColumn]) {
        self.id = id
        self.title = title
        self.note = note
        self.query = query
        self.columns = columns
    }

    /// How many rows it has.
    var rows: Int { columns.first?.cells.count ?? 0 }

    /// The query that lists all rows of a job; nil where none does.
    func query(ofJob job: String) -> String? {
        query?.replacing("%", with: "'" + job.replacing("'", with: "''") + "'")
    }

    /// Adds a row, with a value for each column.
    mutating func add(_ values: ReportValue...) {
        for (index, value) in values.enumerated() { columns[index].cells.append(value) }
    }

    /// The same table with its rows in another order, or with fewer.
    ///
    /// - Parameter order: the rows that it then has, by their places now.
    func reordered(_ order: [Int]) -> ReportTable {
        var table = self
        for index in columns.indices { table.columns[index].cells = columns[index].cells.reordered(order) }
        return table
    }

    /// The same table with its first rows only.
    func prefix(_ count: Int) -> ReportTable { reordered(Array(0..<min(count, rows))) }
}

/// A column of a table.
struct ReportColumn {
    /// What it is called in the data, as in the database's views where they have it.
    let name: String
    /// What it is called for people, with the unit.
    let heading: String
    /// What its cells are.
    let kind: Kind
    var cells: ReportCells

    enum Kind: String {
        case url
        /// What a page or server says.
        case text
        /// A word of a closed list.
        case word
        case number
        /// An HTTP status: a number that is not counted with.
        case status
        /// Unix milliseconds.
        case instant
    }

    init(_ name: String, _ heading: String, _ kind: Kind) {
        self.name = name
        self.heading = heading
        self.kind = kind
        switch kind {
        case .url, .text, .word: cells = .texts([])
        case .number, .status, .instant: cells = .numbers([])
        }
    }
}

/// The cells of a column.
enum ReportCells {
    case texts([String?])
    case numbers([Int64?])

    var count: Int {
        switch self {
        case .texts(let texts): texts.count
        case .numbers(let numbers): numbers.count
        }
    }

    subscript(row: Int) -> ReportValue {
        switch self {
        case .texts(let texts): .text(texts[row])
        case .numbers(let numbers): .number(numbers[row])
        }
    }

    mutating func append(_ value: ReportValue) {
        switch value {
        case .text(let text):
            guard case .texts(var texts) = self else {
                return assertionFailure("a text in a column of numbers")
            }
            // Let go of first, as the array would be copied for each row otherwise.
            self = .numbers([])
            texts.append(text)
            self = .texts(texts)
        case .number(let number):
            guard case .numbers(var numbers) = self else {
                return assertionFailure("a number in a column of texts")
            }
            self = .texts([])
            numbers.append(number)
            self = .numbers(numbers)
        }
    }

    func reordered(_ order: [Int]) -> ReportCells {
        switch self {
        case .texts(let texts): .texts(order.map { texts[$0] })
        case .numbers(let numbers): .numbers(order.map { numbers[$0] })
        }
    }
}

/// The value of a cell; nil is nothing.
enum ReportValue: Equatable {
    case text(String?)
    case number(Int64?)

    static func number(_ number: Int?) -> ReportValue { .number(number.map(Int64.init)) }
}
