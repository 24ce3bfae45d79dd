/// The links with one fault to one URL: some of them, and how many there are.
struct LinkFaultGroup {
    /// How many links of each URL are shown to people.
    static let limit = 10

    /// The first of them, at most ``limit``.
    private(set) var faults: [LinkFault]
    /// All of them.
    private(set) var count = 1

    private init(_ fault: LinkFault) {
        faults = [fault]
    }

    /// How many more there are than are shown.
    var rest: Int { count - faults.count }

    /// Makes groups of faults that come one after the other.
    struct Collector {
        private var group: LinkFaultGroup?

        /// Takes in a fault.
        ///
        /// - Returns: the group before, where this fault is of another URL.
        mutating func add(_ fault: LinkFault) -> LinkFaultGroup? {
            if let first = group?.faults.first, first.target == fault.target, first.cause == fault.cause {
                group?.add(fault)
                return nil
            }
            defer { group = LinkFaultGroup(fault) }
            return group
        }

        /// The last group; nil where there was no fault.
        mutating func end() -> LinkFaultGroup? {
            defer { group = nil }
            return group
        }
    }

    private mutating func add(_ fault: LinkFault) {
        count += 1
        if faults.count < LinkFaultGroup.limit { faults.append(fault) }
    }
}
