import HTMLScan
import Testing

/// Corpora of cases taken from browsers' own test suites; skipped where they are not beside the checkout.
@Suite struct CorpusTests {
    @Test(.enabled(if: Corpus.isPresent("titles.jsonl"), "no corpora beside the checkout"))
    func `titles are those that browsers find`() throws {
        #expect(try Corpus("titles.jsonl").score("titles") >= 710)
    }

    @Test(.enabled(if: Corpus.isPresent("titles-entities.jsonl"), "no corpora beside the checkout"))
    func `character references and raw text in titles are read as browsers do`() throws {
        #expect(try Corpus("titles-entities.jsonl").score("entities") >= 1024)
    }

    @Test(.enabled(if: Corpus.isPresent("titles-controls.jsonl"), "no corpora beside the checkout"))
    func `control characters in titles come out in one of the accepted ways`() throws {
        #expect(try Corpus("titles-controls.jsonl").score("controls") >= 33)
    }

    @Test(.enabled(if: Corpus.isPresent("charset.jsonl"), "no corpora beside the checkout"))
    func `encodings are chosen and decoded as browsers do`() throws {
        #expect(try Corpus("charset.jsonl").score("charset") >= 497)
    }

    @Test(.enabled(if: RealPages.arePresent("pages.jsonl"), "neither corpora nor documentation packages"))
    func `real pages have their titles and encodings`() throws {
        let real = try RealPages("pages.jsonl")
        let scanner = PageScanner()
        print("real pages: \(real.pages.count), not here: \(real.absent)")

        for page in real.pages {
            let title = scanner.title(of: page.bytes, contentType: page.row["content_type"] as? String)
            #expect(equal(title, page.row["title"] as? String), "\(page.path)")
            // A page that declares nothing and is ASCII as far as it was read is all encodings at once.
            let isUndeclared = scanner.charset == "UTF-8" && page.row["encoding"] as? String == "windows-1252"
            #expect(
                isUndeclared || scanner.charset?.lowercased() == page.row["encoding"] as? String,
                "\(page.path)")
        }
    }

    @Test(
        .enabled(if: Corpus.isPresent("titles.jsonl"), "no corpora beside the checkout"),
        arguments: ["titles.jsonl", "titles-entities.jsonl", "titles-controls.jsonl", "charset.jsonl"],
        [1, 7])
    func `a page in small pieces has the same title as the whole`(name: String, pieces: Int) throws {
        let scanner = PageScanner()
        for row in try Corpus(name).rows {
            let whole = scanner.title(of: row.page, contentType: row.contentType)
            let split = scanner.title(of: row.page, contentType: row.contentType, pieces: pieces)
            #expect(split == whole, "\(row.id)")
        }
    }
}
