import CrawlCore
import Testing

@Suite struct AcceptedTypesTests {
    @Test(arguments: [
        ("text/html", "text/html", true), ("TEXT/HTML", "text/html", true),
        ("text/html", "text/plain", false),
        ("text/html", "text/html-x", false), ("image/*", "image/png", true), ("image/*", "imagex/png", false),
        ("image/*", "text/image/", false), ("*/*", "application/pdf", true),
        ("application/*+json", "application/feed+json", true),
        ("application/*+json", "application/json", false), ("text/html", "", false),
    ])
    func `a type is taken by its name, in which a star is any text`(name: String, type: String, isTaken: Bool)
    {
        #expect(AcceptedTypes([name]).contains(type) == isTaken)
    }

    @Test func `one type of several is enough`() {
        let types = AcceptedTypes(["text/html", "application/pdf"])

        #expect(types.contains("application/pdf"))
        #expect(!types.contains("application/zip"))
    }

    @Test(arguments: ["text/html", "*/*", "application/vnd.api+json", "text/*", "x/y_z!"])
    func `what has one slash and no white space is a type`(text: String) {
        #expect(AcceptedTypes.isType(text))
    }

    @Test(arguments: [
        "", "html", "text/", "/html", "text/html/x", "text/html; charset=utf-8", "text html/x", "text/é",
    ])
    func `anything else is none`(text: String) {
        #expect(!AcceptedTypes.isType(text))
    }
}
