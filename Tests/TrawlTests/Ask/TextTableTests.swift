import Testing
@testable import trawl

@Suite struct TextTableTests {
    private let palette = Palette(isOn: false)

    private func table() -> TextTable {
        var table = TextTable(["JOB", "STATE", "PAGES", "NEXT DUE"])
        table.add(["docs", "finished", "1,204", ""])
        table.add(["a-long-name", "unfinished", "8", "today"])
        return table
    }

    @Test(arguments: [nil, 44])
    func `a table that fits has a line for each row`(columns: Int?) {
        let text = table().text(palette, columns: columns)
        #expect(
            text == """
                JOB          STATE       PAGES  NEXT DUE
                docs         finished    1,204
                a-long-name  unfinished      8  today

                """)
    }

    @Test func `a table that does not fit has a paragraph for each row`() {
        let text = table().text(palette, columns: 40)
        #expect(
            text == """
                JOB docs
                  STATE     finished
                  PAGES     1,204

                JOB a-long-name
                  STATE     unfinished
                  PAGES     8
                  NEXT DUE  today

                """)
    }

    @Test func `a table without rows is its header`() {
        #expect(TextTable(["JOB", "STATE"]).text(palette, columns: 5) == "JOB  STATE\n")
    }
}
