import CrawlCore
import Testing

/// Where addresses come from, and how they are written.
@Suite struct IPAddressTests {
    private func address(_ host: String) throws -> IPAddress? {
        try WebURL(parsing: "http://\(host)/").hostAddress
    }

    @Test func `an address is made of the bytes of a socket address`() {
        #expect(IPAddress(bytes: [127, 0, 0, 1]) == .v4(0x7f00_0001))
        #expect(IPAddress(bytes: Array(repeating: 0, count: 15) + [1]) == .v6(1))
        #expect(IPAddress(bytes: [UInt8](1...16)) == .v6(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10))
    }

    @Test(arguments: [0, 1, 3, 5, 8, 15, 17, 28]) func `other numbers of bytes are no address`(count: Int) {
        #expect(IPAddress(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test(arguments: [
        "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.0.0.1.", "１２７.0.0.1",
        "127%2e0.0.1", "user:password@127.0.0.1:8080",
    ]) func `an IPv4 address is recognised in every way to write it`(host: String) throws {
        #expect(try address(host) == .v4(0x7f00_0001))
    }

    @Test(
        arguments: [
            ("[::1]", 1), ("[::]", 0), ("[0:0:0:0:0:0:0:1]", 1), ("[::ffff:10.0.0.1]", 0xffff_0a00_0001),
            ("[2001:DB8::1]", 0x2001_0db8 << 96 | 1), ("[1::]", 1 << 112), ("user@[::1]:8080", 1),
            ("[1:2:3:4:5:6:7:8]", 0x0001_0002_0003_0004_0005_0006_0007_0008),
            ("[1:0:0:4:0:0:0:8]", 0x0001_0000_0000_0004_0000_0000_0000_0008),
        ] as [(String, UInt128)]) func `an IPv6 address is recognised in every way to write it`(
            host: String, value: UInt128
        ) throws
    {
        #expect(try address(host) == .v6(value))
    }

    @Test(arguments: ["localhost", "localhost.", "example.com", "1.2.3.4.example", "a127.0.0.x"])
    func `a name is no address`(host: String) throws {
        #expect(try address(host) == nil)
    }

    @Test(arguments: ["data:x", "file:///127.0.0.1", "mailto:a@127.0.0.1"])
    func `a URL without a host has no address`(url: String) throws {
        #expect(try WebURL(parsing: url).hostAddress == nil)
    }

    @Test(arguments: [
        (IPAddress.v4(0x7f00_0001), "127.0.0.1"), (.v4(0xffff_ffff), "255.255.255.255"), (.v4(0), "0.0.0.0"),
        (.v6(0), "::"), (.v6(1), "::1"), (.v6(0x2001_0db8 << 96 | 0xa), "2001:db8::a"),
        (.v6(.max), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ]) func `an address is written as RFC 5952 has it`(address: IPAddress, text: String) {
        #expect(address.description == text)
    }

    @Test func `an address that is written is read as the same`() throws {
        var generator = SeededGenerator(state: 3)
        for _ in 0..<5_000 {
            // Every other piece is zero, so that there are runs of them everywhere.
            let value = (0..<8).reduce(UInt128(0)) { value, _ in
                value << 16
                    | (Bool.random(using: &generator) ? UInt128.random(in: 0...0xffff, using: &generator) : 0)
            }

            #expect(try address("[\(IPAddress.v6(value))]") == .v6(value))
        }
    }
}
