import Testing

@testable import Curl

@Suite struct ValidatorsTests {
    private func read(_ lines: String...) -> Validators {
        var validators = Validators()
        for line in lines {
            var line = line + "\r\n"
            line.withUTF8 { validators.read(UnsafeRawBufferPointer($0)) }
        }
        return validators
    }

    @Test func `fields are found in any case, without the space around them`() {
        let validators = read(
            "HTTP/1.1 200 OK", "ETag:  \"a b\" ", "last-modified: Sun, 22 Nov 2026 00:00:00 GMT", "")

        #expect(validators.etag == "\"a b\"")
        #expect(validators.lastModified == "Sun, 22 Nov 2026 00:00:00 GMT")
    }

    @Test func `fields that only begin alike are others`() {
        let validators = read("HTTP/1.1 200 OK", "ETagged: 1", "Last-Modified-By: me", "E", "L")

        #expect(validators == Validators())
    }

    @Test func `what an interim response says is not the response's`() {
        let validators = read("HTTP/1.1 103 Early Hints", "ETag: \"early\"", "", "HTTP/1.1 200 OK", "")

        #expect(validators.etag == nil)
    }

    @Test func `an empty field is there`() {
        #expect(read("ETag:").etag == "")
    }
}
