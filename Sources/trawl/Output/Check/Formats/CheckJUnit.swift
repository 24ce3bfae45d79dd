internal import TrawlStore

/// Links as test cases of JUnit's XML, as CI systems read it: what makes the check fail is a failure, the rest is skipped. A link that is
/// fine is not listed.
///
/// The page is the `classname`, as GitLab shows that and tells cases apart by it and the name; of equal ones it counts the first alone.
struct CheckJUnit: CheckWriter {
    private let job: String
    private let put: (String) throws -> Void
    /// The page and the URL of the last link, and how many links each element and attribute has from the one to the other.
    private var last: (from: String, target: String, names: [String: Int]) = ("", "", [:])

    init(job: String, put: @escaping (String) throws -> Void) {
        self.job = job
        self.put = put
    }

    func begin(_ tally: CheckTally) throws {
        let counts =
            "tests=\"\(tally.links)\" failures=\"\(tally.failing)\" errors=\"0\" skipped=\"\(tally.passing)\""
        try put(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="trawl check" \(counts)>
            <testsuite name="\(LinkText.xml(job))" \(counts)>

            """)
    }

    mutating func write(_ fault: LinkFault) throws {
        let link = fault.link
        let page = link.from.isEmpty ? link.to : link.from
        let message = "\(link.verdict ?? "") (\(fault.cause))" + (fault.isKnown ? ", known" : "")
        let text = link.text.map { " \"\($0)\"" } ?? ""
        let result =
            fault.fails
            ? "<failure message=\"\(LinkText.xml(message))\" type=\"\(link.reason ?? "")\">\(LinkText.xml(fault.place + text))</failure>"
            : "<skipped message=\"\(LinkText.xml(message))\"/>"
        try put(
            """
            <testcase classname="\(LinkText.xml(page))" name="\(LinkText.xml(name(of: fault)))" \
            file="\(LinkText.xml(page))" line="\(link.line)" time="0">\(result)</testcase>

            """)
    }

    func end() throws {
        try put("</testsuite>\n</testsuites>\n")
    }

    private mutating func name(of fault: LinkFault) -> String {
        let link = fault.link
        let target = fault.target
        if last.from != link.from || last.target != target { last = (link.from, target, [:]) }
        let place = "\(link.element) \(link.attribute)"
        let number = last.names[place, default: 0] + 1
        last.names[place] = number
        return "\(place) \(target)" + (number > 1 ? " (\(number))" : "")
    }
}
