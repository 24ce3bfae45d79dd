package import CrawlCore
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

    /// The options that the page's scanner needs for the fields.
    package let scannerOptions: PageScanner.Options

    /// Whether there are fields that are taken from JSON.
    package let readsJSON: Bool
    /// Whether there are fields that are taken from the header of a response, and so from one without a body too.
    package let readsHeader: Bool
    /// Whether there are fields that are taken from pages.
    package var readsPages: Bool { scannerOptions.contains(.tree) }

    private let fields: [CompiledField]
    private let readsJSONLD: Bool

    private struct CompiledField {
        let name: String
        /// The name as a string of JSON.
        var nameInJSON: [UInt8] = []
        let isMany: Bool
        let type: ExtractionField.ValueType?
        let source: FieldSource

        init(_ field: ExtractionField) throws(FieldError) {
            name = field.name
            JSONText.append(field.name, .stored, to: &nameInJSON)
            isMany = field.isMany
            type = field.type
            source = try FieldSource(field)
        }

        /// What the page's scanner has to find.
        var scannerOptions: PageScanner.Options {
            // The addresses of a page are relative to its `base`, which is found with the metadata.
            let options: PageScanner.Options = type == .url ? .metadata : []
            return switch source {
            case .xpath, .jsonLD: options.union(.tree)
            case .regex, .json: options.union(.text)
            // A page is read to its end for whatever is taken of it.
            case .header: .metadata
            }
        }
    }

    /// Compiles the fields.
    ///
    /// - Throws: What is wrong with the first of them that cannot be used.
    package init(_ fields: [ExtractionField]) throws(FieldError) {
        var compiled: [CompiledField] = []
        for field in fields { compiled.append(try CompiledField(field)) }
        self.fields = compiled
        readsJSON = compiled.contains { if case .json = $0.source { true } else { false } }
        readsJSONLD = compiled.contains { if case .jsonLD = $0.source { true } else { false } }
        readsHeader = compiled.contains { if case .header = $0.source { true } else { false } }
        scannerOptions = compiled.reduce(into: []) { $0.formUnion($1.scannerOptions) }
    }

    /// Takes the fields from a response.
    ///
    /// - Parameters:
    ///   - scanner: Has read the body to its end; nil where nothing of it is read.
    ///   - response: What is known of the response beside its body.
    /// - Returns: nil where the body is no text, and there are no fields of the header.
    package func extract(
        from scanner: PageScanner?, _ response: FieldResponse = FieldResponse()
    ) -> ExtractedFields? {
        let scanner = scanner?.charset == nil ? nil : scanner
        guard scanner != nil || readsHeader else { return nil }
        let scripts = readsJSONLD ? scanner?.scripts(ofType: "application/ld+json") : nil
        let jsonLD = scripts.map { LinkedData(scripts: $0) }
        guard let scanner else { return extract(from: FieldMaterial(response)) }
        return scanner.withText { text in
            let json = readsJSON && !scanner.isHTML ? JSONReader(text) : nil
            guard let jsonLD else {
                return extract(from: FieldMaterial(response, scanner, text, json: json))
            }
            return jsonLD.json.withUnsafeBytes {
                extract(
                    from: FieldMaterial(
                        response, scanner, text, json: json, jsonLD: JSONReader($0),
                        hasFaultyJSONLD: jsonLD.hasFault))
            }
        }
    }

    private func extract(from material: FieldMaterial) -> ExtractedFields {
        var material = material
        var result: [UInt8] = [UInt8(ascii: "{")]
        var mistakes: [String] = []
        for field in fields {
            if result.count > 1 { result.append(UInt8(ascii: ",")) }
            result.append(contentsOf: field.nameInJSON)
            result.append(UInt8(ascii: ":"))
            var values = FieldValues(
                isMany: field.isMany, room: Self.resultLimit - result.count,
                conversion: field.type.map { material.conversion($0, of: field.source) })
            material.take(field.source, into: &values)
            values.append(to: &result)
            if let mistake = values.mistake { mistakes.append("\(field.name) \(mistake)") }
        }
        result.append(UInt8(ascii: "}"))
        return ExtractedFields(json: String(decoding: result, as: UTF8.self), mistakes: mistakes)
    }
}
