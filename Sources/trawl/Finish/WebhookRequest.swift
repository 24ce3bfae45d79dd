internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import Curl
internal import TrawlStore

/// The request of a webhook, with its secrets filled in. They are in memory only.
struct WebhookRequest {
    /// The URL as curl takes it.
    private let url: String
    private let headers: [JobSpec.HeaderField]
    private let body: [UInt8]
    private let redaction: Redaction

    /// - Throws: ``DeliveryFailure`` where a secret is not to be had, or does not fit where it stands.
    init(
        _ webhook: JobSpec.Webhook, of finished: FinishedRun, _ id: DeliveryID,
        _ environment: FetchEnvironment
    ) throws(DeliveryFailure) {
        var redaction = Redaction()
        let text = try Self.fill(webhook.url, environment, &redaction)
        guard let url = try? WebURL(parsing: text), ["http", "https"].contains(url.scheme),
            text.withoutUserInfo == text
        else {
            throw DeliveryFailure(
                message: "\(webhook.url) is no URL of http or https without a user name", mayPass: false)
        }
        self.url = url.href
        var headers: [JobSpec.HeaderField] = []
        for field in webhook.headers {
            let value = try Self.fill(field.value, environment, &redaction)
            guard RequestMessage.isFieldValue(value) else {
                throw DeliveryFailure(
                    message: "the header \(field.name) would hold a line break or control character",
                    mayPass: false)
            }
            headers.append(JobSpec.HeaderField(name: field.name, value: value))
        }
        for (name, value) in [("Content-Type", "application/json"), ("Idempotency-Key", id.rawValue)]
        where !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            headers.append(JobSpec.HeaderField(name: name, value: value))
        }
        self.headers = headers
        body = Array(
            try Self.content(webhook.json, of: finished, id, environment, &redaction).utf8)
        self.redaction = redaction
    }

    private static func content(
        _ json: String?, of finished: FinishedRun, _ id: DeliveryID, _ environment: FetchEnvironment,
        _ redaction: inout Redaction
    ) throws(DeliveryFailure) -> String {
        guard let json else { return finished.json(id) }
        guard let template = try? SummaryTemplate(json) else {
            throw DeliveryFailure(message: "on_finish.webhook.json is not valid any more", mayPass: false)
        }
        var found = redaction
        let filled = try template.filled(
            member: { JSONText.escaped(finished.member($0, id)) },
            text: { (part: String) throws(DeliveryFailure) -> String in
                try fill(part, environment, &found, JSONText.escaped)
            })
        redaction = found
        return filled
    }

    private static func fill(
        _ text: String, _ environment: FetchEnvironment, _ redaction: inout Redaction,
        _ encode: (String) -> String = { $0 }
    ) throws(DeliveryFailure) -> String {
        guard TextTemplate.hasReferences(text), let template = try? TextTemplate(text) else { return text }
        var found = redaction
        let filled = try template.filled { reference throws(DeliveryFailure) -> String? in
            guard reference.isSecret else { return nil }
            switch environment.secret(reference) {
            case .success(let value):
                found.add(value, as: reference)
                return encode(value)
            case .failure(let failure):
                throw DeliveryFailure(message: failure.description, mayPass: false)
            }
        }
        redaction = found
        return filled
    }

    /// Sends it, and waits for the answer. Redirects are not followed. Blocks.
    ///
    /// - Parameters:
    ///   - timeout: for all of it; zero for no limit.
    ///   - isCut: whether it is to end at once.
    func send(timeout: Duration, isCut: () -> Bool) throws(DeliveryFailure) {
        let answer = WebhookAnswer()
        do {
            let loop = try TransferLoop(connections: 1)
            let transfer = try Transfer(loop: loop, delegate: answer)
            var timeouts = JobSpec.Timeouts()
            timeouts.read = .zero
            timeouts.total = timeout
            try transfer.configure(
                TransferConfiguration(
                    userAgent: Product.userAgent, timeouts: timeouts, proxy: nil, insecure: false,
                    reportsSending: false))
            try transfer.setURL(url)
            try transfer.setMethod("POST", body: body, isRepeatable: true)
            try transfer.setHeaders(headers)
            guard loop.start(transfer) else { throw CurlSetupFailure.outOfMemory }
            while answer.result == nil {
                guard !isCut() else {
                    loop.cancel(transfer)
                    throw DeliveryFailure.cut
                }
                loop.turn(until: .now + .milliseconds(100))
            }
            if let failure = answer.failure(transfer) { throw failure }
        } catch let failure as DeliveryFailure {
            throw DeliveryFailure(message: redaction.redacted(failure.message), mayPass: failure.mayPass)
        } catch {
            throw DeliveryFailure(message: redaction.redacted("\(error)"))
        }
    }
}

/// What a webhook answers.
private final class WebhookAnswer: TransferDelegate {
    private(set) var result: TransferResult?
    private var body: [UInt8] = []

    /// How much of the answer is kept, for the log, in bytes.
    private static let bodyLimit = 300

    // The user has named the host, and so it may be at a private address.
    func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool { true }

    func willSend(_ transfer: Transfer) -> Bool { true }

    func wantsConnectionKept(_ transfer: Transfer) -> Bool { false }

    func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        body += bytes.prefix(max(0, Self.bodyLimit - body.count))
        return true
    }

    func finished(_ transfer: Transfer, _ result: TransferResult) { self.result = result }

    /// What went wrong; nil for an answer of 200 to 299.
    func failure(_ transfer: Transfer) -> DeliveryFailure? {
        switch result {
        case .code(.ok):
            let status = transfer.running.head.status
            guard !(200...299).contains(status) else { return nil }
            let text = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isWhitespace)
                .joined(separator: " ")
            return DeliveryFailure(
                message: "the webhook answered \(status)" + (text.isEmpty ? "" : ": \(text)"),
                mayPass: RetryPolicy().statuses.contains(status))
        case .code(let code):
            return DeliveryFailure(
                message: "the webhook: \(transfer.errorMessage ?? code.message)",
                mayPass: code.errorKind.isTransient)
        case .failed(let kind, let message):
            return DeliveryFailure(message: "the webhook: \(message)", mayPass: kind.isTransient)
        case .readTimeout, .heldBack, .unwanted, nil:
            return DeliveryFailure(message: "the webhook did not answer")
        }
    }
}
