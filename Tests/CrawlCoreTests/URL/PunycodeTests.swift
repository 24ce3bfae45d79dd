import Testing

@testable import CrawlCore

/// Punycode, by the samples of RFC 3492, section 7.1.
@Suite struct PunycodeTests {
    private static let samples = [
        ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"), ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"), ("-> $1.00 <-", "-> $1.00 <--"),
    ]

    @Test(arguments: samples)
    func `a text is encoded as in the standard`(text: String, punycode: String) {
        #expect(String(decoding: Punycode.encode(Array(text.unicodeScalars)), as: UTF8.self) == punycode)
    }

    @Test(arguments: samples)
    func `what was encoded is decoded`(text: String, punycode: String) {
        #expect(Punycode.decode(Array(punycode.utf8)[...]) == Array(text.unicodeScalars))
    }

    @Test(arguments: ["99999999", "a-é", "zzzzzzzzzzzzzzzzzzzzzzzzz", "a!"])
    func `what is not Punycode is not decoded`(text: String) {
        #expect(Punycode.decode(Array(text.utf8)[...]) == nil)
    }
}
