extension JobSpec {
    /// Who is told when a run has finished, and when.
    package struct OnFinish: Sendable, Equatable {
        /// A program with its arguments, which reads the summary from standard input. It is started without a shell. Empty for none.
        package var exec: [String] = []
        /// A request that brings the summary; nil for none.
        package var webhook: Webhook?
        /// After which runs. The default is after every one.
        package var when = Condition.always
        /// How long a program or a request may take. The default is 30 seconds; zero is no limit.
        package var timeout: Duration = .seconds(30)
        /// Nobody is told anything.
        package init() {}

        /// How somebody is told.
        package var actions: [Action] { (exec.isEmpty ? [] : [.exec]) + (webhook == nil ? [] : [.webhook]) }

        /// The secrets that it refers to.
        package var secrets: [TextReference] {
            guard let webhook else { return [] }
            return ([webhook.url, webhook.json ?? ""] + webhook.headers.map(\.value))
                .flatMap(TextTemplate.secrets(in:))
        }

        /// A way to tell somebody; the raw values are stored.
        package enum Action: String, Sendable {
            case exec
            case webhook
        }

        /// After which runs somebody is told.
        package enum Condition: String, Sendable, CaseIterable {
            case always
            /// After those with pages that failed.
            case failure
            /// After those in which something changed since the finished run before.
            case change
        }
    }

    /// A request that is sent when a run has finished.
    package struct Webhook: Sendable, Equatable {
        /// The URL, with references to secrets.
        package var url = ""
        /// Header fields, with references to secrets.
        package var headers: [HeaderField] = []
        /// The body as a JSON text, with references to secrets and to the summary (``SummaryTemplate``); nil for the summary itself.
        package var json: String?
        /// A request to nowhere.
        package init() {}
    }
}
