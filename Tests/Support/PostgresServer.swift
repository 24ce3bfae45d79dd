import Foundation
import Synchronization

/// A PostgreSQL server for tests, in a folder of its own, reached by a Unix socket and at loopback.
///
/// It is made when it is first asked for, serves all tests of the process, and ends with it, however that ends. It does not wait for
/// the disk. If `TRAWL_TEST_POOLER` names a PgBouncer, such as `pgbouncer`, all tests reach the server through that, in transaction mode
/// with ten connections.
package final class PostgresServer: Sendable {
    /// The folder of its socket.
    package let folder: String
    /// Its port at 127.0.0.1.
    package let port: Int
    /// The port that tests connect to: the pooler's, or its own.
    private let frontPort: Int
    /// Ends the server as it is closed.
    private let life: FileHandle

    /// The PgBouncer between tests and server; empty for none.
    private static let pooler = ProcessInfo.processInfo.environment["TRAWL_TEST_POOLER"] ?? ""

    /// Whether tests reach the server through a pooler.
    package static let hasPooler = !pooler.isEmpty

    /// Whether PostgreSQL is installed. Where it is not, tests that need it are skipped.
    package static let isHere = programs != nil

    /// The server of all tests.
    package static func shared() throws -> PostgresServer {
        try all.withLock { server in
            if let server { return server }
            let made = try PostgresServer()
            server = made
            return made
        }
    }

    private static let all = Mutex<PostgresServer?>(nil)
    private static let schemas = Atomic(0)

    /// The URL of a database of its own, which is empty. It is a schema that no other test uses.
    package func newURL() -> String {
        let number = PostgresServer.schemas.add(1, ordering: .relaxed).newValue
        return url(schema: "t\(number)")
    }

    /// The URL of a schema.
    package func url(schema: String) -> String {
        let host = folder.replacingOccurrences(of: "/", with: "%2F")
        return "postgresql://trawl@\(host):\(frontPort)/trawl?schema=\(schema)"
    }

    /// Where Debian has the server's programs, or the path.
    private static let programs: String? = {
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newest = versions.compactMap(Int.init).filter { $0 >= 15 }.max()
        let folders = newest.map { ["\(debian)/\($0)/bin"] } ?? []
        let path = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
        return (folders + path).first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
                && FileManager.default.isExecutableFile(atPath: $0 + "/postgres")
        }
    }()

    private init() throws {
        guard let programs = PostgresServer.programs else { throw PostgresMissing(words: "not installed") }
        folder = FileManager.default.temporaryDirectory.appending(path: "pg-\(getpid())").path
        let port = 20_000 + Int(getpid()) % 20_000
        self.port = port
        frontPort = PostgresServer.hasPooler ? port + 20_000 : port
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // The server runs as another user than root, and ends once the pipe to this process is closed.
        process.arguments = [
            "-c",
            """
            set -e
            folder=$1 programs=$2 port=$3 pooler=$4
            rm -rf "$folder"; mkdir -m 755 "$folder"
            as=
            if [ "$(id -u)" = 0 ]; then
                chown nobody "$folder"; as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
            fi
            cd "$folder"
            $as "$programs/initdb" -D "$folder/data" -U trawl -A trust -E UTF8 --locale=C --no-sync >"$folder.log" 2>&1 </dev/null
            $as "$programs/postgres" -D "$folder/data" -k "$folder" -p "$port" -c listen_addresses=127.0.0.1 -c fsync=off \
                -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 -c shared_buffers=64MB \
                -c max_locks_per_transaction=256 -c jit=off >>"$folder.log" 2>&1 </dev/null &
            server=$!
            n=0
            until "$programs/createdb" -h "$folder" -p "$port" -U trawl trawl >/dev/null 2>&1; do
                n=$((n + 1)); [ $n -lt 600 ] && kill -0 $server || { tail -n 3 "$folder.log"; exit 1; }
                sleep 0.05
            done
            if [ -n "$pooler" ]; then
                printf '%s\\n' '[databases]' "trawl = host=$folder port=$port user=trawl" '[pgbouncer]' "unix_socket_dir = $folder" \
                    "listen_port = $((port + 20000))" 'auth_type = any' 'pool_mode = transaction' 'default_pool_size = 10' \
                    'max_client_conn = 1000' "logfile = $folder/pooler.log" >"$folder/pooler.ini"
                chmod 644 "$folder/pooler.ini"
                $as "$pooler" -q "$folder/pooler.ini" >>"$folder.log" 2>&1 </dev/null &
                bouncer=$!
                until [ -S "$folder/.s.PGSQL.$((port + 20000))" ]; do kill -0 $bouncer || exit 1; sleep 0.05; done
            fi
            echo ready
            trap "" INT TERM HUP
            read -r end || :
            [ -z "$pooler" ] || kill -QUIT $bouncer
            kill -QUIT $server; wait $server || :
            rm -rf "$folder" "$folder.log"
            """, "sh", folder, programs, "\(port)", PostgresServer.pooler,
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        life = input.fileHandleForWriting
        // Neither the server's own shell nor another child of this process must keep the pipe open.
        _ = fcntl(life.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard answer.hasPrefix("ready") else { throw PostgresMissing(words: answer) }
    }
}

/// The server could not be started.
package struct PostgresMissing: Error, CustomStringConvertible {
    let words: String

    package var description: String { "PostgreSQL cannot be started: \(words)" }
}
