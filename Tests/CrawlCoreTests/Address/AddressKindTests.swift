import CrawlCore
import Testing

/// Which addresses are of the public internet, and what the others are.
@Suite struct AddressKindTests {
    private func kind(_ host: String) throws -> AddressKind? {
        let text = host.contains(":") ? "[\(host)]" : host
        return try WebURL(parsing: "http://\(text)/").hostAddress?.kind
    }

    @Test(arguments: [
        ("1.1.1.1", AddressKind.global), ("8.8.8.8", .global), ("93.184.216.34", .global),
        ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified), ("1.0.0.0", .global),
        ("9.255.255.255", .global), ("10.0.0.0", .private), ("10.255.255.255", .private),
        ("11.0.0.0", .global),
        ("100.63.255.255", .global), ("100.64.0.0", .shared), ("100.100.100.200", .shared),
        ("100.127.255.255", .shared), ("100.128.0.0", .global),
        ("126.255.255.255", .global), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
        ("128.0.0.0", .global),
        ("168.63.129.15", .global), ("168.63.129.16", .cloudService), ("168.63.129.17", .global),
        ("169.253.255.255", .global), ("169.254.0.0", .linkLocal), ("169.254.169.254", .linkLocal),
        ("169.254.255.255", .linkLocal), ("169.255.0.0", .global),
        ("172.15.255.255", .global), ("172.16.0.0", .private), ("172.31.255.255", .private),
        ("172.32.0.0", .global),
        ("191.255.255.255", .global), ("192.0.0.0", .protocolAssignment), ("192.0.0.9", .protocolAssignment),
        ("192.0.0.192", .protocolAssignment), ("192.0.1.0", .global), ("192.0.2.0", .documentation),
        ("192.0.2.255", .documentation), ("192.0.3.0", .global),
        ("192.88.98.255", .global), ("192.88.99.1", .tunnel), ("192.88.100.0", .global),
        ("192.167.255.255", .global), ("192.168.0.0", .private), ("192.168.255.255", .private),
        ("192.169.0.0", .global),
        ("198.17.255.255", .global), ("198.18.0.0", .benchmarking), ("198.19.255.255", .benchmarking),
        ("198.20.0.0", .global), ("198.51.99.255", .global), ("198.51.100.0", .documentation),
        ("198.51.101.0", .global), ("203.0.112.255", .global), ("203.0.113.255", .documentation),
        ("203.0.114.0", .global),
        ("223.255.255.255", .global), ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
        ("240.0.0.0", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
    ]) func `an IPv4 address is what IANA's registry says`(address: String, expected: AddressKind) throws {
        #expect(try kind(address) == expected)
    }

    @Test(arguments: [
        ("2606:4700:4700::1111", AddressKind.global), ("2a00::", .global), ("2000::", .global),
        ("2620:4f:8000::1", .global), ("3ffe:ffff::", .global),
        ("::", .unspecified), ("::1", .loopback), ("::2", .unspecified), ("::1:0:0:0", .reserved),
        ("64:ff9b:1::1", .translation), ("64:ff9b:1:ffff::8.8.8.8", .translation),
        ("64:ff9b:2::1", .reserved),
        ("64:ff9b:0:0:0:1::", .reserved),
        ("100::1", .discard), ("100:0:0:1::1", .discard), ("100:0:0:2::1", .reserved), ("200::1", .reserved),
        ("1fff:ffff::", .reserved),
        ("2001::", .tunnel), ("2001:0:ffff::1", .tunnel), ("2001:1::1", .protocolAssignment),
        ("2001:2::1", .benchmarking), ("2001:2:0:ffff::", .benchmarking), ("2001:2:1::", .protocolAssignment),
        ("2001:10::1", .protocolAssignment), ("2001:20::1", .protocolAssignment),
        ("2001:1ff:ffff::", .protocolAssignment), ("2001:200::", .global),
        ("2001:db7:ffff::", .global), ("2001:db8::", .documentation),
        ("2001:db8:ffff:ffff::1", .documentation),
        ("2001:db9::", .global),
        ("3ffe::", .global), ("3fff::", .documentation), ("3fff:fff:ffff::", .documentation),
        ("3fff:1000::", .global), ("4000::", .reserved), ("5f00::1", .segmentRouting), ("5f01::", .reserved),
        ("fbff::", .reserved), ("fc00::", .uniqueLocal), ("fd00:ec2::254", .uniqueLocal),
        ("fdff:ffff::", .uniqueLocal), ("fe00::", .reserved), ("fe80::1", .linkLocal),
        ("febf:ffff::", .linkLocal), ("fec0::", .siteLocal), ("feff:ffff::", .siteLocal),
        ("ff00::", .multicast), ("ff02::1", .multicast),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .multicast),
    ]) func `an IPv6 address is what IANA's registries say`(address: String, expected: AddressKind) throws {
        #expect(try kind(address) == expected)
    }

    @Test(arguments: [
        ("::ffff:127.0.0.1", AddressKind.loopback), ("::ffff:10.0.0.1", .private),
        ("::ffff:0.0.0.0", .unspecified),
        ("::ffff:169.254.169.254", .linkLocal), ("::ffff:8.8.8.8", .global),
        ("::127.0.0.1", .loopback), ("::10.0.0.1", .private), ("::8.8.8.8", .reserved),
        ("::ffff:0:10.0.0.1", .private), ("::ffff:0:8.8.8.8", .reserved),
        ("64:ff9b::127.0.0.1", .loopback), ("64:ff9b::169.254.169.254", .linkLocal),
        ("64:ff9b::8.8.8.8", .global),
        ("2002:7f00:1::", .loopback), ("2002:a00:1::1", .private), ("2002:a9fe:a9fe::", .linkLocal),
        ("2002:808:808::1", .global),
        ("2606:4700::5efe:10.0.0.1", .private), ("2606:4700::200:5efe:192.168.0.1", .private),
        ("2606:4700::5efe:8.8.8.8", .global), ("2606:4700::100:5efe:10.0.0.1", .global),
        ("fe80::5efe:8.8.8.8", .linkLocal),
    ]) func `an IPv4 address inside of an IPv6 one is looked at`(address: String, expected: AddressKind)
        throws
    {
        #expect(try kind(address) == expected)
    }

    @Test func `every IPv4 address is the same in the forms that carry it`() {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<20_000 {
            let value = UInt32.random(in: 0...UInt32.max, using: &generator)
            let expected = IPAddress.v4(value).kind
            let inside = UInt128(value)

            #expect(IPAddress.v6(0xffff << 32 | inside).kind == expected)
            #expect(IPAddress.v6(0x64_ff9b << 96 | inside).kind == expected)
            #expect(IPAddress.v6(0x2002 << 112 | inside << 80 | 1).kind == expected)
        }
    }

    @Test func `outside of 2000::-3 only what carries a global IPv4 address is global`() {
        var generator = SeededGenerator(state: 2)
        for _ in 0..<20_000 {
            let value = UInt128(generator.next()) << 64 | UInt128(generator.next())
            if value >> 125 != 1 { #expect(!IPAddress.v6(value).isGlobal) }
        }
    }

    @Test func `no kind but global is global`() {
        #expect(IPAddress.v4(0x0808_0808).isGlobal)
        #expect(!IPAddress.v4(0x7f00_0001).isGlobal)
        #expect(!IPAddress.v4(0xa9fe_a9fe).isGlobal)
        #expect(!IPAddress.v6(0).isGlobal)
    }
}
