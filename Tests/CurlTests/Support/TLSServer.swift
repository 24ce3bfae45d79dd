import Foundation
import LoopbackServer
import Testing

/// A folder with a certificate that its own key has signed, and servers that use it.
///
/// The servers are programs that need not be there: tests that use them are left out then.
final class TLSServer {
    /// Where the server listens, on 127.0.0.1.
    private(set) var port = 0
    private let folder: URL
    private var process: Process?

    static let hasOpenSSL = path(of: "openssl") != nil
    static let hasNginx = hasOpenSSL && path(of: "nginx") != nil

    private static func path(of program: String) -> URL? {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/bin"]
            .map { URL(filePath: $0).appending(path: program) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "trawl-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let openssl = try start(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2",
            ]
                + ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"])
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    deinit {
        if let process {
            // It has been started from a thread that keeps all other signals out, and so does it.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// A server that answers any path with the raw response of its name (s_server(1), `-HTTP`).
    static func openSSL(_ responses: [String: String]) throws -> TLSServer {
        let server = try TLSServer()
        for (name, response) in responses {
            try Data(response.utf8).write(to: server.folder.appending(path: name))
        }
        let output = Pipe()
        server.process = try server.start(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-HTTP"],
            output: output)
        // It says "ACCEPT 127.0.0.1:PORT".
        var text = ""
        while !text.contains("ACCEPT ") || !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "openssl has ended")
            text += String(decoding: data, as: UTF8.self)
        }
        server.port = try #require(text.split(separator: ":").last.flatMap { Int($0.dropLast()) })
        return server
    }

    /// A server for HTTP/2 that answers with the number of the connection.
    static func nginx() async throws -> TLSServer {
        let server = try TLSServer()
        // nginx cannot say which port it got: one that was just free is.
        let free = try LoopbackServer { _ in .closed }
        free.stop()
        server.port = free.port
        let configuration = """
            daemon off; master_process off; pid nginx.pid; error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path .; proxy_temp_path .; fastcgi_temp_path .; uwsgi_temp_path .;
                scgi_temp_path .;
                server {
                    listen 127.0.0.1:\(free.port) ssl http2;
                    ssl_certificate cert.pem; ssl_certificate_key key.pem;
                    location / { return 200 "$connection"; }
                }
            }
            """
        try Data(configuration.utf8).write(to: server.folder.appending(path: "nginx.conf"))
        server.process = try server.start(
            "nginx", ["-p", server.folder.path, "-c", "nginx.conf", "-e", "stderr"])
        return server
    }

    func url(_ target: String) -> String { "https://127.0.0.1:\(port)\(target)" }

    private func start(_ program: String, _ arguments: [String], output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = Self.path(of: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
