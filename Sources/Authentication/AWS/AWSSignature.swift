package import CrawlCore

/// Signs requests as the services of AWS want it: Signature Version 4, by "Create a signed AWS API request" of AWS' IAM User Guide.
///
/// libcurl 7.88 does not sort the query, and signs an empty body for what it reads by callback.
package struct AWSSignature: Sendable {
    let key: String
    let secret: String
    let token: String?
    let region: String
    let service: String

    /// A key and what it is used for.
    package init(key: String, secret: String, token: String?, region: String, service: String) {
        self.key = key
        self.secret = secret
        self.token = token
        self.region = region
        self.service = service
    }

    /// Fields that something on the way may change, and that are not signed (as in botocore).
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// Whether paths are signed as they are, and the hash of the body is a field: so it is in Amazon S3 only.
    private var isS3: Bool { service == "s3" || service.hasPrefix("s3-") || service == "s3express" }

    /// A URL in the one way in which it can be signed, and has to be sent.
    package func canonical(_ url: WebURL) -> WebURL { AWSURL.canonical(url, isS3: isS3) }

    /// The header fields that sign a request, to be sent with it.
    ///
    /// - Parameters:
    ///   - url: as ``canonical(_:)`` gives it.
    ///   - headers: what is sent besides, without those that libcurl adds.
    ///   - body: what is sent; nil where it is read only while it is sent, and so is no part of the signature. S3 takes that over TLS.
    ///   - now: unix milliseconds.
    package func fields(
        method: String, url: WebURL, headers: [JobSpec.HeaderField], body: [UInt8]?, now: Int64
    ) -> [JobSpec.HeaderField] {
        let (date, time) = Self.date(now)
        let hash = body.map { Hash.sha256.hex($0) } ?? "UNSIGNED-PAYLOAD"
        var own = [JobSpec.HeaderField(name: "X-Amz-Date", value: time)]
        if isS3 { own.append(.init(name: "X-Amz-Content-SHA256", value: hash)) }
        if let token { own.append(.init(name: "X-Amz-Security-Token", value: token)) }
        var signed: [String: [String]] = [:]
        for field in headers + own {
            let name = field.name.lowercased()
            guard !Self.unsigned.contains(name) else { continue }
            let words = field.value.split { $0 == " " || $0 == "\t" }
            signed[name, default: []].append(words.joined(separator: " "))
        }
        if signed["host"] == nil { signed["host"] = [Self.host(of: url)] }
        let names = signed.keys.sorted()
        let list = names.joined(separator: ";")
        let canonical = [
            method, AWSURL.signedPath(url.path, isS3: isS3), url.query ?? "",
            names.map { "\($0):\(signed[$0, default: []].joined(separator: ","))\n" }.joined(),
            list, hash,
        ].joined(separator: "\n")
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Hash.sha256.hex(canonical))"
        var signingKey = Array("AWS4\(secret)".utf8)
        for part in [date, region, service, "aws4_request"] {
            signingKey = Hash.sha256.hmac(part, key: signingKey)
        }
        let signature = Hash.hex(Hash.sha256.hmac(text, key: signingKey))
        let value =
            "AWS4-HMAC-SHA256 Credential=\(key)/\(scope), SignedHeaders=\(list), Signature=\(signature)"
        return own + [.init(name: "Authorization", value: value)]
    }

    private static func host(of url: WebURL) -> String {
        String(url.hostKey.drop { $0 != "/" }.dropFirst(2))
    }

    /// A date and an instant in UTC, as signatures have them: `20261130` and `20261130T142300Z`.
    static func date(_ milliseconds: Int64) -> (date: String, time: String) {
        let seconds = Int(milliseconds / 1000)
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        // Days since the first of March of the year 0 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
        let shifted = days + 719_468
        let era = shifted / 146_097
        let day = shifted % 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let monthNumber = month < 10 ? month + 3 : month - 9
        let fullYear = year + era * 400 + (monthNumber <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(fullYear)\(two(monthNumber))\(two(ofYear - (153 * month + 2) / 5 + 1))"
        return (date, "\(date)T\(two(rest / 3600))\(two(rest / 60 % 60))\(two(rest % 60))Z")
    }
}
