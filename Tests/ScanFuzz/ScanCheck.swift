import CrawlCore
import Extract
import HTMLScan

/// Scans a body in several ways, and stops the program where they do not agree.
final class ScanCheck {
    /// All that can be found in a body.
    private struct Findings: Equatable {
        var title: String?
        var charset: String?
        var metadata: PageMetadata
        var links: [PageLink]
        var references: PageReferences?
        var base: String?
        var fields: String?
        var texts: XPathValue?
        var attributes: XPathValue?
    }

    private let title = PageScanner()
    private let links = PageScanner(.links, productToken: "trawl")
    private let everything: PageScanner
    private let extractor: FieldExtractor
    private let texts: XPathExpression
    private let attributes: XPathExpression

    init() throws {
        extractor = try FieldExtractor([
            ExtractionField(name: "a", source: .xpath("//body//a//@href"), isMany: true),
            ExtractionField(name: "b", source: .regex("<(\\w+)[^>]*>([^<]*)"), isMany: true),
            ExtractionField(name: "c", source: .json("$..a[*]"), isMany: true),
            ExtractionField(name: "d", source: .xpath("count(//*)")),
            ExtractionField(
                name: "e", source: .xpath("//p/following-sibling::*[1]/text() | //title"), isMany: true),
        ])
        everything = PageScanner([.links, .references, .tree, .text], productToken: "trawl")
        texts = try XPathExpression("//text()")
        attributes = try XPathExpression("//@*")
    }

    /// Checks one input.
    func check(_ input: FuzzedInput) {
        if input.isExpression { return checkExpression(String(decoding: input.body, as: UTF8.self)) }
        let whole = scan(input, with: everything, inPieces: false)
        require(whole == scan(input, with: everything, inPieces: true), "pieces make a difference")
        let light = scan(input, with: links, inPieces: true)
        require(light == scan(input, with: links, inPieces: false), "pieces make a difference to links")
        let alone = scan(input, with: title, inPieces: true)
        require(alone == scan(input, with: title, inPieces: false), "pieces make a difference to the title")
        guard everything.isHTML else { return }
        require(
            whole.title == light.title && light.title == alone.title, "the title depends on what is asked for"
        )
        // A frameset is left early, unless its tree is wanted.
        require(
            whole.charset == light.charset || input.hasFrameset, "the charset depends on what is asked for")
        require(
            whole.metadata.linkCount == light.metadata.linkCount || input.hasFrameset,
            "the links depend on what is asked for")
        require(alone.title?.unicodeScalars.count ?? 0 <= 4096, "the title is too long")
        require(alone.title?.utf8.contains(0) != true, "there is NUL in the title")
    }

    private func scan(_ input: FuzzedInput, with scanner: PageScanner, inPieces: Bool) -> Findings {
        scanner.reset(contentType: input.contentType)
        if inPieces { input.forEachPiece(scanner.feed) } else { scanner.feed(input.body) }
        scanner.finish()
        require(scanner.isFinished, "the scanner has not finished")
        return Findings(
            title: scanner.title, charset: scanner.charset, metadata: scanner.metadata, links: scanner.links,
            references: scanner.references, base: scanner.baseHref,
            fields: extractor.extract(from: scanner)?.json,
            texts: scanner.evaluate(texts, limit: 10_000),
            attributes: scanner.evaluate(attributes, limit: 10_000))
    }

    private func checkExpression(_ text: String) {
        let page = "<html><body><h1 id=x>a</h1><p>b<p>c <a href=/d>e</a><ul><li>f<li>g</ul>"
        everything.reset(contentType: "text/html")
        Array(page.utf8).withUnsafeBytes(everything.feed)
        everything.finish()
        for source in [ExtractionField.Source.xpath(text), .css(text), .regex(text), .json(text)] {
            guard
                let extractor = try? FieldExtractor([ExtractionField(name: "x", source: source, isMany: true)]
                )
            else {
                continue
            }
            _ = extractor.extract(from: everything)
        }
    }

    private func require(_ condition: Bool, _ what: String) {
        // A fuzzer takes notice of a program only where it ends.
        if !condition { fatalError(what) }
    }
}
