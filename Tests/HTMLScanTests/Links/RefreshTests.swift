import HTMLScan
import Testing

/// Where a page sends its reader. What comes of each value is what Chromium asks for, but for the last two.
@Suite struct RefreshTests {
    @Test(arguments: [
        ("0;url=T", "T"), ("0; URL=T", "T"), ("0;T", "T"), ("0 T", "T"), ("0,T", "T"), ("0, url = T", "T"),
        ("0;url='T'", "T"), ("0;url=\"T\"", "T"), ("0;url='T", "T"), ("0;url=T'", "T'"), ("0;UrL=T", "T"),
        (" 0 ; url=T", "T"), ("0.5;url=T", "T"), (".5;url=T", "T"), ("0;uri=T", "uri=T"),
        ("0;url T", "url T"), ("0;;url=T", ";url=T"), ("0;'T'", "T"), ("0;\"T\" x", "T"),
        ("0; url='T' x", "T"), ("0\n;\nurl=T", "T"), ("0;url==T", "=T"), ("0;u T", "u T"), ("0;ur=T", "ur=T"),
        ("url=T", "T"), (" ; URL = 'T'", "T"),
    ])
    func `an address is found as browsers find it`(value: String, address: String) {
        #expect(Refresh.address(in: value) == address)
    }

    @Test(arguments: [
        "", " ", "5", "0;", "0;url=", "0;url='", "0url=T", "x;url=T", "-1;url=T", "+0;url=T", "1e0;url=T",
        "T", ";T", "url", "urlT",
    ])
    func `a value without an address has none`(value: String) {
        #expect(Refresh.address(in: value) == nil)
    }
}
