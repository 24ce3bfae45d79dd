internal import CrawlCore
internal import Glibc
internal import HTMLScan

/// What the fields of one page are taken from, and how much time is left for them.
struct FieldMaterial {
    private let response: FieldResponse
    /// nil where the body is no text.
    private let scanner: PageScanner?
    private let text: UnsafeRawBufferPointer
    /// nil where the body is no JSON.
    private let json: JSONReader?
    /// nil where no field is taken from JSON-LD.
    private let jsonLD: JSONReader?
    /// Whether the page has JSON-LD that cannot be read.
    private let hasFaultyJSONLD: Bool
    /// The URL that answered.
    private let address: WebURL?
    /// What the addresses on the page are relative to (HTML Standard, section 2.4.3).
    private let base: WebURL?
    /// How much CPU time the page's regular expressions may still take.
    private var matchTimeLeft = Self.matchTime

    /// The CPU time that a page's regular expressions may take on this thread. The fields of the remaining ones are null.
    private static let matchTime: Duration = .milliseconds(150)
    private static let tooLong = "takes too long"

    /// - Parameters:
    ///   - text: the text of the body; it is read while the value is used.
    init(
        _ response: FieldResponse, _ scanner: PageScanner? = nil,
        _ text: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        json: JSONReader? = nil,
        jsonLD: JSONReader? = nil, hasFaultyJSONLD: Bool = false
    ) {
        self.response = response
        self.scanner = scanner
        self.text = text
        self.json = json
        self.jsonLD = jsonLD
        self.hasFaultyJSONLD = hasFaultyJSONLD
        let address = try? WebURL(parsing: response.url)
        self.address = address
        base = scanner?.baseHref.flatMap { try? WebURL(parsing: $0, base: address) } ?? address
    }

    /// What makes values of a source into another type.
    func conversion(_ type: ExtractionField.ValueType, of source: FieldSource) -> ValueConversion {
        // The `base` of a page says nothing of its header.
        if case .header = source { return ValueConversion(type, base: address, now: response.now) }
        return ValueConversion(type, base: base, now: response.now)
    }

    /// Takes values of a source.
    mutating func take(_ source: FieldSource, into values: inout FieldValues) {
        switch source {
        case .xpath(let expression): take(expression, &values)
        case .regex(let expression): take(expression, &values)
        case .json(let path):
            guard let json else { return }
            json.find(path) { values.append(json: $0) }
            if json.isExhausted { values.giveUp(Self.tooLong) }
        case .jsonLD(let path):
            guard let jsonLD else { return }
            jsonLD.findInObjects(path) { values.append(json: $0) }
            if jsonLD.isExhausted { values.giveUp(Self.tooLong) }
            if values.isEmpty, hasFaultyJSONLD {
                values.giveUp("is not found, and a script of JSON-LD is not JSON")
            }
        case .header(let name):
            for value in response.header(name) where !values.append(value) { return }
        }
    }

    private func take(_ expression: XPathExpression, _ values: inout FieldValues) {
        guard let scanner, scanner.isHTML || scanner.isXML else { return }
        if expression.isForXMLOnly, !scanner.isXML {
            return values.giveUp("has a prefix, and names of HTML have none")
        }
        switch scanner.evaluate(expression, limit: values.limit) {
        case .nodes(let texts): for text in texts where !values.append(text) { return }
        case .string(let text): _ = values.append(text)
        case .number(let number): _ = values.append(number)
        case .boolean(let condition): _ = values.append(condition)
        case nil: values.giveUp(Self.tooLong)
        }
    }

    private mutating func take(_ expression: RegularExpression, _ values: inout FieldValues) {
        guard scanner != nil else { return }
        let start = Self.cpuTime()
        let deadline = start + matchTimeLeft
        defer { matchTimeLeft -= Self.cpuTime() - start }
        expression.matches(in: text) { match in
            guard Self.cpuTime() < deadline else {
                values.giveUp(Self.tooLong)
                return false
            }
            return values.append(match)
        }
    }

    private static func cpuTime() -> Duration {
        var time = timespec()
        // The result is an error only where there is no such clock; then there is no limit.
        _ = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
