import Extract
import Testing

/// Values that are checked by a schema.
@Suite struct JSONSchemaTests {
    private func fault(_ schema: String, _ value: String) throws -> String? {
        try JSONSchema(schema).fault(in: Array(value.utf8))
    }

    private func mistake(_ schema: String) -> String? {
        do throws(JSONSchema.Mistake) {
            _ = try JSONSchema(schema)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        arguments: [
            (#"{"type": "integer"}"#, "1", nil), (#"{"type": "integer"}"#, "1.0", nil),
            (#"{"type": "integer"}"#, "1.5", "$ is a number, not integer"),
            (#"{"type": "number"}"#, "1", nil),
            (#"{"type": ["string", "null"]}"#, "null", nil),
            (#"{"type": "object"}"#, "[]", "$ is an array, not object"),
            (#"{"required": ["a"]}"#, #"{"b": 1}"#, "$.a is not there"), (#"{"required": ["a"]}"#, "5", nil),
            (#"{"properties": {"a": {"minimum": 2}}}"#, #"{"a": 1}"#, "$.a is 1, and minimum is 2.0"),
            (
                #"{"properties": {"a": {"exclusiveMaximum": 2}}}"#, #"{"a": 2}"#,
                "$.a is 2, and exclusiveMaximum is 2.0"
            ),
            (
                #"{"additionalProperties": false, "properties": {"a": true}}"#, #"{"a": 1, "b": 2}"#,
                "$.b may not be there"
            ),
            (#"{"items": {"type": "string"}}"#, #"["a", 5]"#, "$[1] is an integer, not string"),
            (#"{"minItems": 1}"#, "[]", "$ has 0, and minItems is 1"),
            (#"{"maxLength": 2}"#, #""\u00e4bc""#, "$ has 3, and maxLength is 2"),
            (#"{"enum": ["a", 1, {"x": [1, 2]}]}"#, #"{"x": [1.0, 2]}"#, nil),
            (#"{"const": "a"}"#, #""\u0061""#, nil),
            (#"{"const": 1}"#, "2", "$ is 2, which is not one of the values that it may have"),
            (#"{"pattern": "^[a-z]+$"}"#, #""aB""#, "$ does not match ^[a-z]+$"),
            (#"{"anyOf": [{"type": "string"}, {"minimum": 3}]}"#, "5", nil),
            (
                #"{"anyOf": [{"type": "string"}, {"minimum": 3}]}"#, "1",
                "$ is none of anyOf: $ is 1, and minimum is 3.0"
            ),
            (#"{"oneOf": [{"minimum": 1}, {"minimum": 3}]}"#, "5", "$ is more than one of oneOf"),
            (#"{"not": {"type": "null"}}"#, "null", "$ is what it must not be"),
            ("false", "1", "$ may not be there"),
            (
                ##"{"$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}, "v": {"type": "integer"}}}}, "$ref": "#/$defs/n"}"##,
                #"{"v": 1, "next": {"v": "x"}}"#, "$.next.v is a string, not integer"
            ),
            (#"{"title": "t", "format": "date", "$schema": "x"}"#, "1", nil),
        ] as [(String, String, String?)])
    func `a value is checked by each keyword`(schema: String, value: String, expected: String?) throws {
        #expect(try fault(schema, value) == expected)
    }

    @Test(arguments: [
        ("[]", "no schema"), (#"{"type": "text"}"#, "no type of JSON"),
        (#"{"multipleOf": 2}"#, "not checked here"),
        (#"{"properties": {"a": {"if": {}}}}"#, "#/properties/a/if"),
        (#"{"$ref": "http://127.0.0.1/x"}"#, "leads out of the file"),
        (##"{"$ref": "#/$defs/none"}"##, "there is nothing"), (#"{"pattern": "("}"#, "#/pattern"),
        (#"{"minLength": -1}"#, "not a whole number"), ("{", "not valid JSON"),
    ])
    func `what is not checked is refused when it is read`(schema: String, words: String) {
        #expect(mistake(schema)?.contains(words) == true, "\(mistake(schema) ?? "")")
    }

    @Test(.timeLimit(.minutes(15))) func `hostile schemas come to an end`() throws {
        #expect(try fault(##"{"$ref": "#"}"##, "1")?.contains("too long") == true)
        // Each level doubles the work.
        var doubling = #"{"type": "integer"}"#
        for _ in 0..<30 {
            doubling = "{\"allOf\": [\(doubling), \(doubling.count < 2_000 ? doubling : "true")]}"
        }
        _ = try fault(doubling, "1")
        let levels = (0..<30).map {
            "\"d\($0)\": {\"allOf\": [{\"$ref\": \"#/$defs/d\($0 + 1)\"}, {\"$ref\": \"#/$defs/d\($0 + 1)\"}]}"
        }
        let exploding =
            "{\"$defs\": {\(levels.joined(separator: ",")), \"d30\": true}, \"$ref\": \"#/$defs/d0\"}"
        #expect(try fault(exploding, "1")?.contains("too long") == true)
        #expect(
            try fault(#"{"pattern": "^(a+)+$"}"#, "\"\(String(repeating: "a", count: 50_000))!\"") != nil)
        #expect(try fault("true", String(repeating: "[", count: 100_000)) != nil)
    }
}
