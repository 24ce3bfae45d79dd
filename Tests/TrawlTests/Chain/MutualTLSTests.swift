import Foundation
import LoopbackServer
import Testing
import TrawlTestSupport

/// The programs of a server with TLS.
private enum ServerPrograms {
    static func path(of program: String) -> String? {
        ["/usr/sbin", "/usr/bin"].map { "\($0)/\(program)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    static let areThere = path(of: "nginx") != nil && path(of: "openssl") != nil
}

/// Requests to a real nginx that asks for certificates.
@Suite(.enabled(if: ServerPrograms.areThere), .timeLimit(.minutes(15))) struct MutualTLSTests {
    private let bench: Workbench
    private let port: Int
    private let nginx: Running

    init() async throws {
        bench = try Workbench()
        let free = try LoopbackServer { _ in .closed }
        free.stop()
        port = free.port
        let make = """
            set -e
            new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -subj /CN=$1 "${@:2}"; }
            new ca -x509 -days 2 -out ca.pem
            for name in server client; do
                new $name -out $name.csr
                printf 'subjectAltName=IP:127.0.0.1,IP:127.0.0.2' > $name.ext
                openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext -out $name.pem
            done
            openssl pkey -in client.key -aes256 -passout pass:'a key secret' -out locked.key
            openssl x509 -in server.pem -noout -pubkey | openssl pkey -pubin -outform der |
                openssl dgst -sha256 -binary | base64 > pin
            """
        let made = try await bench.shell(make)
        #expect(made.code == 0, "\(made.errors)")
        try bench.write(
            """
            daemon off; master_process off; pid nginx.pid; error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path .; proxy_temp_path .; fastcgi_temp_path .; uwsgi_temp_path .; scgi_temp_path .;
                ssl_certificate server.pem; ssl_certificate_key server.key;
                ssl_client_certificate ca.pem; ssl_verify_client optional; ssl_protocols TLSv1.2;
                default_type application/json;
                server {
                    listen 127.0.0.1:\(port) ssl http2; listen 127.0.0.2:\(port) ssl http2;
                    location /who { return 200 '{"who":"$ssl_client_verify $ssl_client_s_dn"}'; }
                    location /away { return 302 https://127.0.0.2:\(port)/who; }
                    location /must { if ($ssl_client_verify != SUCCESS) { return 403; } return 200 '{}'; }
                }
            }
            """, to: "nginx.conf")
        nginx = try bench.startShell(
            "exec \(ServerPrograms.path(of: "nginx") ?? "") -p \(bench.folder.path) -c nginx.conf -e stderr")
        let port = port
        let bench = bench
        try await eventually("nginx listens") {
            let end = try await bench.shell("exec 3<>/dev/tcp/127.0.0.1/\(port)")
            return end.code == 0
        }
    }

    private func run(_ requests: String..., more: String) async throws -> Finished {
        let list = requests.map {
            "  - \($0.replacing("URL", with: "https://127.0.0.1:\(port)"))\n"
        }.joined()
        try bench.write("requests:\n\(list)retry: {attempts: 1}\n\(more)\n", to: "api.yaml")
        let result = try await bench.trawl("run", "api.yaml")
        return result
    }

    @Test(arguments: ["right", "wrong", "none"])
    func `a key may have a passphrase, which is a secret`(password: String) async throws {
        defer { kill(nginx.pid, SIGTERM) }
        let phrase = password == "none" ? "" : ", key_password: \"${env:PHRASE}\""
        let own = "cert: client.pem, key: locked.key\(phrase)"
        try bench.write(
            """
            requests:
              - {name: a, url: "https://127.0.0.1:\(port)/must", \(own)}
              - {name: b, url: "https://127.0.0.1:\(port)/must", json: {}}
            request: {cacert: ca.pem, \(own)}
            retry: {attempts: 1}
            """, to: "api.yaml")
        let phrases = ["PHRASE": password == "right" ? "a key secret" : "an other one"]
        let result = try await bench.trawl("run", "api.yaml", environment: phrases)

        #expect(result.code == (password == "right" ? 0 : 5), "\(result.errors)")
        let errors = try errors()
        #expect(errors.count == 2)
        #expect(errors.allSatisfy { password == "right" ? $0 == "{}" : $0.hasPrefix("tls: ") }, "\(errors)")
        let database = try Data(contentsOf: bench.folder.appending(path: "trawl.db"))
        #expect(database.range(of: Data("a key secret".utf8)) == nil)
    }

    @Test func `a passphrase that is not there, or in plain words, is refused`() async throws {
        defer { kill(nginx.pid, SIGTERM) }
        for (password, words) in [("${env:NO_PHRASE}", "NO_PHRASE is not set"), ("abc", "${env:NAME}")] {
            let result = try await run(
                "{name: a, url: URL/must}",
                more: "request: {cert: client.pem, key: locked.key, key_password: \"\(password)\"}")
            #expect(result.code == 2)
            #expect(result.errors.contains(words), "\(result.errors)")
        }
    }

    private func errors() throws -> [String] {
        try bench.values("SELECT coalesce(error_kind || ': ' || error, reply) FROM results ORDER BY name")
    }

    @Test func `a client shows its certificate to its own host, and to no other`() async throws {
        defer { kill(nginx.pid, SIGTERM) }
        let result = try await run(
            "{name: a, url: URL/who}", "{name: b, url: URL/away}", "{name: c, url: URL/must, json: {}}",
            more:
                "allow_private: [127.0.0.2]\nrequest: {cacert: ca.pem, cert: client.pem, key: client.key, tls_min: 1.2}"
        )

        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try errors() == [#"{"who":"SUCCESS CN=client"}"#, #"{"who":"NONE "}"#, "{}"])
    }

    @Test func `what is wrong with a connection is said`() async throws {
        defer { kill(nginx.pid, SIGTERM) }
        let pin = try bench.text(of: "pin").trimmingCharacters(in: .whitespacesAndNewlines)
        let wrong = String(repeating: "A", count: 43) + "="
        let result = try await run(
            "{name: a-pinned, url: URL/who, pinned_public_key: \"sha256//\(wrong);sha256//\(pin)\"}",
            "{name: b-wrong, url: URL/who, pinned_public_key: \"sha256//\(wrong)\"}",
            "{name: c-version, url: URL/who, tls_min: \"1.3\"}",
            "{name: d-without, url: URL/must}",
            "{name: e-cert, url: URL/must, cert: client.pem, key: client.key}",
            "{name: f-none, url: URL/must, cert: none.pem}",
            more: "request: {cacert: ca.pem}")

        #expect(result.code != 0)
        let errors = try errors()
        #expect(errors.count == 6)
        #expect(errors[0] == #"{"who":"NONE "}"#)
        #expect(errors[1] == "tls: SSL: public key does not match pinned public key")
        #expect(errors[2].hasPrefix("tls: ") && errors[2].contains("version"))
        #expect(errors[3] == "http_status: status 403 is not accepted")
        #expect(errors[4] == "{}")
        #expect(errors[5].hasPrefix("tls: ") && errors[5].contains("none.pem"))
    }

    @Test func `without the authority nothing is trusted`() async throws {
        defer { kill(nginx.pid, SIGTERM) }
        let result = try await run("{name: a, url: URL/who}", more: "")

        #expect(result.code != 0)
        #expect(try errors()[0].hasPrefix("tls: "))
    }
}
