import CrawlCore
import Testing

/// What is read of a `.netrc`.
struct NetrcFileTests {
    private let file = NetrcFile(
        """
        # mine
        machine api.test login me password "a \\"b\\" c"
        machine Two.test
          login you
          password
            secret account x
        macdef init
        machine evil.test login a password b

        machine api.test login other password other
        machine empty.test
        """)

    @Test func `an entry is that of its host, and the first counts`() {
        #expect(file.credentials(for: "api.test") == Credentials(user: "me", password: "a \"b\" c"))
        #expect(file.credentials(for: "two.test") == Credentials(user: "you", password: "secret"))
    }

    @Test func `macros, empty entries and other hosts have none`() {
        for host in ["evil.test", "empty.test", "x.api.test", ""] {
            #expect(file.credentials(for: host) == nil)
        }
    }

    @Test func `the default is that of all other hosts`() {
        let file = NetrcFile("machine a.test login a password b default login c password d")
        #expect(file.credentials(for: "a.test")?.user == "a")
        #expect(file.credentials(for: "b.test") == Credentials(user: "c", password: "d"))
    }

    @Test(arguments: [
        "", "machine", "machine a", "login x", "default", "macdef", "\"", "machine a login \"\\",
    ])
    func `what is cut short is passed over`(text: String) {
        #expect(NetrcFile(text).credentials(for: "b") == nil)
    }
}
