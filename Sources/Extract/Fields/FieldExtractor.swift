package import CrawlCore
internal import Glibc
package import HTMLScan

/// Takes a job's fields from page after page, on one thread.
///
/// Each crawl loop has its own extractor, compiled from the same fields. The page's scanner gathers what it needs
/// while the page arrives.
package final class FieldExtractor {
    /// The most values of a field that takes all.
    package static let matchLimit = 1000
    /// The most bytes of UTF-8 of a text value; the rest is cut off.
    package static let valueLimit = XPathExpression.valueLimit
    /// The most bytes of the result; fields whose values do not fit are null.
    package static let resultLimit = 1 << 20
    /// How deep JSON values may be nested; nothing is taken from a text in which they are deeper.
    package static let depthLimit = JSONReader.depthLimit
    /// The CPU time that a page's regular expressions may take on this thread. The fields of the remaining ones are
    /// null.
    package static let matchTime: Duration = .milliseconds(150)

    /// The options that the page's scanner needs for the fields.
    package let scannerOptions: PageScanner.Options

    /// Whether there are fields that are taken from JSON.
    package let readsJSON: Bool
    /// Whether there are fields that are taken from pages.
    package var readsPages: Bool { scannerOptions.contains(.tree) }

    private let fields: [CompiledField]
    /// How much of ``matchTime`` is left for the page.
    private var matchTimeLeft = Duration.zero

    /// A compiled field. Exactly one of its three sources is not nil.
    private struct CompiledField {
        /// The name as a string of JSON.
        var name: [UInt8] = []
        let isMany: Bool
        var xpath: XPathExpression?
        var regex: RegularExpression?
        var json: JSONPath?
    }

    /// Compiles the fields.
    ///
    /// - Throws: What is wrong with the first of them that cannot be used.
    package init(_ fields: [ExtractionField]) throws(FieldError) {
        var compiled: [CompiledField] = []
        for field in fields { compiled.append(try Self.compile(field)) }
        self.fields = compiled
        readsJSON = compiled.contains { $0.json != nil }
        scannerOptions = compiled.reduce(into: []) { $0.insert($1.xpath == nil ? .text : .tree) }
    }

    private static func compile(_ field: ExtractionField) throws(FieldError) -> CompiledField {
        var compiled = CompiledField(isMany: field.isMany)
        JSONText.append(field.name, .stored, to: &compiled.name)
        switch field.source {
        case .xpath(let text):
            do throws(XPathError) {
                compiled.xpath = try XPathExpression(text)
            } catch {
                throw FieldError(field: field.name, key: "xpath", description: error.description)
            }
        case .regex(let text):
            do throws(RegularExpression.Mistake) {
                compiled.regex = try RegularExpression(text)
            } catch {
                throw FieldError(field: field.name, key: "regex", description: error.description)
            }
        case .json(let text):
            do throws(JSONPath.Mistake) {
                compiled.json = try JSONPath(text)
            } catch {
                throw FieldError(field: field.name, key: "json", description: error.description)
            }
        }
        return compiled
    }

    /// Takes the fields from a page that its scanner has finished.
    ///
    /// - Returns: A JSON object of all fields, by their names and in their order; a field that matches nothing is null. It is nil
    ///   where the body is no text.
    package func extract(from scanner: PageScanner) -> String? {
        guard scanner.charset != nil else { return nil }
        matchTimeLeft = Self.matchTime
        return scanner.withText { text in
            let json = readsJSON && !scanner.isHTML ? JSONReader(text) : nil
            var result: [UInt8] = [UInt8(ascii: "{")]
            for field in fields {
                if result.count > 1 { result.append(UInt8(ascii: ",")) }
                result.append(contentsOf: field.name)
                result.append(UInt8(ascii: ":"))
                var values = FieldValues(isMany: field.isMany, room: Self.resultLimit - result.count)
                if let xpath = field.xpath { take(xpath, scanner, &values) }
                if let regex = field.regex { take(regex, text, &values) }
                if let path = field.json, let json { take(path, json, &values) }
                values.append(to: &result)
            }
            result.append(UInt8(ascii: "}"))
            return String(decoding: result, as: UTF8.self)
        }
    }

    private func take(_ expression: XPathExpression, _ scanner: PageScanner, _ values: inout FieldValues) {
        switch scanner.evaluate(expression, limit: values.limit) {
        case .nodes(let texts): for text in texts where !values.append(text) { return }
        case .string(let text): _ = values.append(text)
        case .number(let number): _ = values.append(number)
        case .boolean(let condition): _ = values.append(condition)
        case nil: values.giveUp()
        }
    }

    private func take(
        _ expression: RegularExpression, _ text: UnsafeRawBufferPointer, _ values: inout FieldValues
    ) {
        let start = Self.cpuTime()
        let deadline = start + matchTimeLeft
        defer { matchTimeLeft -= Self.cpuTime() - start }
        expression.matches(in: text) { match in
            guard Self.cpuTime() < deadline else {
                values.giveUp()
                return false
            }
            return values.append(match)
        }
    }

    private func take(_ path: JSONPath, _ json: JSONReader, _ values: inout FieldValues) {
        json.find(path) { values.append(json: $0) }
        if json.isExhausted { values.giveUp() }
    }

    private static func cpuTime() -> Duration {
        var time = timespec()
        // The result is an error only where there is no such clock; then there is no limit.
        _ = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
