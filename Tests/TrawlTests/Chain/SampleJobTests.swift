import Foundation
import LoopbackServer
import Testing

/// The jobs of sample-jobs/api, against a server that pages and refuses as the documentation of these APIs says.
@Suite(.timeLimit(.minutes(15))) struct SampleJobTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private static let project = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../.."
    )
    .standardizedFileURL.path

    /// Runs a job with the server in place of the API's hosts, and writes down what the server was asked for.
    ///
    /// arXiv's pages are smaller than its job asks for, so that there is one in the middle, which is empty at first.
    private func collect(_ job: String) async throws -> Finished {
        try await bench.shell(
            """
            mkfifo hold
            python3 \(Self.project)/scripts/benchmarks/apishapes.py <hold >port & exec 3>hold
            until [ -s port ]; do sleep 0.05; done
            sed -E "s#https?://([a-z]+\\.)+(com|org)|http://127.0.0.1:9200#http://127.0.0.1:$(cat port)#; /^ *rate:/d; s/max_results, value: 500/max_results, value: 100/" \
                \(Self.project)/sample-jobs/api/\(job).yaml >\(job).yaml
            export GITHUB_TOKEN=github-token STRIPE_KEY=stripe-key SHOPIFY_TOKEN=shopify-token NOTION_TOKEN=notion-token
            $TRAWL run \(job).yaml --db trawl.db -q
            code=$?
            curl -s http://127.0.0.1:$(cat port)/requests >requests.json
            exec 3>&-
            exit $code
            """)
    }

    @Test(arguments: [
        ("arxiv", "papers 250 250 3"), ("crossref", "works 2500 2500 3"), ("csv", "export 5000 5000 1"),
        ("elasticsearch", "documents 2500 2500 3"),
        ("github", "comments 250 250 1, issues 250 250 3"), ("hal", "orders 95 95 5"),
        ("notion", "rows 950 950 10"),
        ("odata", "products 77 77 4"), ("shopify", "orders 950 950 10"), ("stripe", "charges 950 950 10"),
        ("wikipedia", "members 950 950 2"),
    ])
    func `a sample job collects each item once, and asks for no page twice`(job: String, items: String)
        async throws
    {
        let result = try await collect(job)

        #expect(result.code == 0, "\(result.errors)")
        let found: String? = try bench.value(
            """
            SELECT group_concat(line, ', ') FROM (SELECT name || ' ' || count(*) || ' ' || count(DISTINCT key) || ' ' || max(page) AS line
                FROM items GROUP BY name)
            """)
        #expect(found == items)
        let sent = try JSONDecoder().decode(
            [String: Int].self, from: Data(bench.text(of: "requests.json").utf8))
        // Shopify's bucket is empty once, and so is a page of arXiv's.
        #expect(sent.values.filter { $0 > 1 } == (["shopify", "arxiv"].contains(job) ? [2] : []), "\(sent)")
    }

    @Test(arguments: [("login", "customers 4"), ("oauth", "orders 4"), ("s3", "objects 0")])
    func `a sample job shows who asks`(job: String, found: String) async throws {
        let site = try LoopbackServer { request in
            func page(_ key: String) -> LoopbackServer.Response {
                let page =
                    request.query?.hasSuffix("page=2") == true
                    ? 2 : request.query?.hasSuffix("page=3") == true ? 3 : 1
                let list = page > 2 ? "[]" : "[{\"id\":\(page * 2)},{\"id\":\(page * 2 + 1)}]"
                guard !key.isEmpty else { return .text(list, type: "application/json") }
                let next = page == 1 ? "\"/orders?page=2\"" : "null"
                return .text("{\"\(key)\":\(list),\"next\":\(next)}", type: "application/json")
            }
            let shown = request.headers["authorization"] ?? ""
            switch request.path {
            case "/session" where String(decoding: request.body, as: UTF8.self).contains("a password"):
                return .text("{\"data\":{\"token\":\"a session's token\"}}", type: "application/json")
            case "/customers" where request.headers["x-session"] == "a session's token": return page("")
            case "/oauth/token" where shown.hasPrefix("Basic "):
                return .text(
                    "{\"access_token\":\"the-token\",\"token_type\":\"bearer\"}", type: "application/json")
            case "/orders" where shown == "Bearer the-token": return page("orders")
            case "/" where shown.hasPrefix("AWS4-HMAC-SHA256 Credential=AKID/"):
                return .text("<ListBucketResult/>", type: "application/xml")
            default: return .status(401)
            }
        }
        var text = try Manual("sample-jobs/api/\(job).yaml").text
        for host in ["api.example.org", "login.example.org", "my-bucket.s3.eu-west-1.amazonaws.com"] {
            text = text.replacing("https://\(host)", with: site.url(""))
        }
        try bench.write(text, to: "job.yaml")
        let environment = [
            "PASSWORD": "a password", "CLIENT_SECRET": "a client's secret", "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "a secret key",
        ]
        let result = try await bench.trawl("run", "job.yaml", environment: environment)

        #expect(result.code == 0, "\(result.errors)")
        let name = found.prefix { $0 != " " }
        #expect(
            try bench.value("SELECT '\(name) ' || count(*) FROM items WHERE name = '\(name)'") == found)
        #expect(
            try bench.value("SELECT count(*) > 0 FROM results WHERE name = '\(name)' AND state = 'done'")
                == true)
    }
}
