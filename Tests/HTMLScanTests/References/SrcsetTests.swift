import HTMLScan
import Testing

/// Candidates of images: cases of the HTML Standard's steps and of Web Platform Tests' `parse-a-srcset-attribute`.
@Suite struct SrcsetTests {
    @Test(
        arguments: [
            ("", []), (",", []), (",,,", []), (" , a", ["a"]), ("a", ["a"]), ("a,", ["a"]), ("a ,", ["a"]),
            ("a,b", ["a,b"]), ("a, b", ["a", "b"]), ("a,, , b", ["a", "b"]), (" a ", ["a"]),
            ("\ta\n,\n b", ["a", "b"]),
            ("a,,, b 2x", ["a", "b"]), ("a 1x,b 2x", ["a", "b"]), ("a 1x, b 2x", ["a", "b"]),
            ("a\u{A0}1x", ["a\u{A0}1x"]), ("data:,a ( , data:,b 1x, ), data:,c", ["data:,c"]),
            ("data:,a 1x, data:,b", ["data:,a", "data:,b"]), ("a?q=85,0 1x, b 2x,", ["a?q=85,0", "b"]),
            ("a 1w", ["a"]), ("a 0w", []), ("a -1w", []), ("a 1w 1w", []), ("a 1.0w", []), ("a 1w 2x", []),
            ("a 1e3w", []), ("a +1w", []), ("a 1W", []), ("a 0x", ["a"]), ("a -0x", ["a"]), ("a -1x", []),
            ("a 1e0x", ["a"]), ("a 1E-3x", ["a"]), ("a .5x", ["a"]), ("a 1.x", []), ("a +1x", []),
            ("a 1x 1x", []),
            ("a Infinityx", []), ("a NaNx", []), ("a 0x1x", []), ("a 1X", []), ("a 1w 1h", ["a"]),
            ("a 1h", []),
            ("a 1h 1x", []), ("a 1w 0h", []), ("a 1w 1h 1h", []), ("a x", []), ("a w", []), ("a foo", []),
            ("a foo(bar", []), ("a foo(bar), b", ["b"]), ("a foo, b, c 2x", ["b", "c"]),
            ("a 1w 1h foo 3 4 5 6, b", ["b"]),
            ("a (b, c), d", ["d"]),
        ] as [(String, [String])])
    func `candidates are those of browsers`(value: String, urls: [String]) {
        let srcset = Srcset(value)
        #expect(srcset.urls == urls)
        #expect(!srcset.isCutShort)
    }

    @Test func `there is an end to candidates`() {
        let srcset = Srcset(String(repeating: "a, ", count: 1001))
        #expect(srcset.urls.count == Srcset.limit)
        #expect(srcset.isCutShort)
        #expect(!Srcset(String(repeating: "a, ", count: 1000)).isCutShort)
    }
}
