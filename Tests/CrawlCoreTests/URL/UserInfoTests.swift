import Testing
@testable import CrawlCore

@Suite struct UserInfoTests {
    @Test(arguments: [
        ("http://ann:secret@h/a@b", "http://h/a@b"),
        ("http:ann:secret@h/", "http:h/"),
        ("ann:secret@h", "ann:h"),
        ("postgresql://ann:p@ss@h/db", "postgresql://h/db"),
        ("mailto://ann:secret@h/", "mailto://h/"),
    ])
    func `what stands before the host is not shown`(text: String, shown: String) {
        #expect(text.withoutUserInfo == shown)
    }

    @Test(arguments: [
        "mailto:ann@example.org", "MAILTO:ann@example.org?subject=a", "xmpp:ann@example.org",
        "http://h/?q=a@b",
    ])
    func `an address with an @ is shown`(text: String) {
        #expect(text.withoutUserInfo == text)
    }
}
