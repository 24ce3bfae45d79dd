internal import CrawlCore
internal import HTMLScan

/// Where a field's values come from, compiled.
enum FieldSource {
    /// XPath, or CSS that was translated to it.
    case xpath(XPathExpression)
    case regex(RegularExpression)
    case json(JSONPath)
    case jsonLD(JSONPath)
    /// A field of the header, by its name.
    case header(String)

    /// Compiles a field's source.
    ///
    /// - Throws: What is wrong with it.
    init(_ field: ExtractionField) throws(FieldError) {
        do {
            switch field.source {
            case .xpath(let text): self = .xpath(try XPathExpression(text))
            case .css(let text): self = .xpath(try Self.expression(ofSelectors: text))
            case .regex(let text): self = .regex(try RegularExpression(text))
            case .json(let text): self = .json(try JSONPath(text))
            case .jsonLD(let text): self = .jsonLD(try JSONPath(text))
            case .header(let name): self = .header(try Self.checked(headerName: name))
            }
        } catch {
            throw FieldError(field: field.name, key: field.source.key, description: "\(error)")
        }
    }

    private static func expression(ofSelectors text: String) throws -> XPathExpression {
        let selectors = try CSSParser.selectors(text)
        return try XPathExpression(
            html: CSSTranslation(language: .html).xpath(selectors),
            xml: CSSTranslation(language: .xml).xpath(selectors))
    }

    /// A name that a field of a header may have (RFC 9110, section 5.1).
    private static func checked(headerName name: String) throws -> String {
        let isToken = name.utf8.allSatisfy { $0.isNameByte || "!#$%&'*+-.^`|~".utf8.contains($0) }
        guard isToken, !name.isEmpty else { throw HeaderNameMistake() }
        return name
    }

    private struct HeaderNameMistake: Error, CustomStringConvertible {
        let description = "no header has a field of that name; write one such as x-total"
    }
}
