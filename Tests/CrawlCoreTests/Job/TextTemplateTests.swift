import CrawlCore
import Testing

/// Texts of a job that refer to secrets and variables.
@Suite struct TextTemplateTests {
    @Test(
        arguments: [
            ("Bearer ${env:KEY}", [.environment("KEY")]),
            ("${var:a}${var:b}", [.variable("a"), .variable("b")]),
            ("${file:/run/key}", [.file("/run/key")]), ("${file:key}", [.file("key")]),
        ] as [(String, [TextReference])])
    func `references are found in their order`(text: String, references: [TextReference]) throws {
        #expect(TextTemplate.hasReferences(text))
        #expect(try TextTemplate(text).references == references)
    }

    @Test(arguments: ["", "$", "${", "${}", "$env:KEY", "${ENV:KEY}", "${other:KEY}", "100 $ {env:KEY}"])
    func `anything else stands for itself`(text: String) throws {
        let template = try TextTemplate(text)

        #expect(!TextTemplate.hasReferences(text))
        #expect(template.references.isEmpty)
        #expect(template.filled { _ in "x" } == text)
    }

    @Test(arguments: [
        "${env:KEY", "${env:}", "${env:1KEY}", "${env:A-B}", "${var:a b}", "${file:}", "${file:a/b}",
        "${file:..}", "x ${env:KEY} ${env:",
    ])
    func `a reference that is not closed, or names nothing, is a mistake`(text: String) {
        #expect(TextTemplate.hasReferences(text))
        #expect(throws: TextTemplateError.self) { try TextTemplate(text) }
        #expect(TextTemplate.secrets(in: text).isEmpty)
    }

    @Test func `references are filled in, or left as they are`() throws {
        let template = try TextTemplate("a ${env:KEY} b ${var:v} c")

        #expect(template.filled { $0.isSecret ? "1" : nil } == "a 1 b ${var:v} c")
        #expect(template.filled { "\($0)" } == "a ${env:KEY} b ${var:v} c")
    }

    @Test func `what is filled in is not read for references`() throws {
        #expect(try TextTemplate("${env:A}").filled { _ in "${env:B}" } == "${env:B}")
    }

    @Test func `variables are no secrets`() {
        #expect(
            TextTemplate.secrets(in: "${var:v} ${env:KEY} ${file:/key}") == [
                .environment("KEY"), .file("/key"),
            ])
    }

    @Test func `a text that is one reference is told from one that has it`() throws {
        #expect(try TextTemplate("${var:v}").soleReference == .variable("v"))
        #expect(try TextTemplate("${var:v} ").soleReference == nil)
        #expect(try TextTemplate("v").soleReference == nil)
    }
}
