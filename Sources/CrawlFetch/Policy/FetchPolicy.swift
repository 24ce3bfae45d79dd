package import CrawlCore
package import Curl
package import Extract
internal import HTMLScan

/// A job's settings for each of its requests.
package struct FetchPolicy: Sendable {
    let accept: StatusSet
    /// The types of bodies that are taken; nil for all.
    let acceptTypes: AcceptedTypes?
    let limits: JobSpec.Limits
    let retry: RetryPolicy
    let headers: [JobSpec.HeaderField]
    /// The same, and what shows who asks.
    let ownHeaders: [JobSpec.HeaderField]
    /// Whether there is anything that shows who asks.
    let hasAccess: Bool
    let keepBody: JobSpec.KeptBodies
    /// The largest body that is kept, in bytes.
    let keptBytes: Int
    /// Keeps what is sent and received; nil when nobody does.
    package let exchangeKeeper: (any ExchangeKeeper)?
    /// Names, in lower case, of header fields whose values are never kept.
    let secretFields: Set<String>
    let timeouts: JobSpec.Timeouts
    /// How TLS connections are made; nil for what libcurl and the system do.
    let tls: TLSOptions?
    /// The secrets in the job's header fields, which are masked in all that is reported.
    package let redaction: Redaction
    /// Whether JSON replies are kept.
    let keepsReplies: Bool
    /// Whether the job asks an API (``JobSpec/asksAPI(hasRequests:)``).
    let asksAPI: Bool
    /// The crawler's name in `X-Robots-Tag`.
    let productToken: String
    /// What is looked for on each page, beside its title and what its fields need.
    let scannerOptions: PageScanner.Options
    /// Whether the places are wanted that fragments may name.
    let readsPlaces: Bool
    /// Whether each chain of redirects has cookies of its own, that of a page that is read, too: the run checks links and keeps no
    /// cookies. Many sites redirect to the same URL once to set one.
    let hasChainCookies: Bool
    /// Whether stylesheets of the site are read for what they refer to.
    let readsSheets: Bool
    /// The folder that stands for a host; nil where servers are asked for everything.
    let folder: FolderSite?
    /// Whether servers are asked as well, in a run that has a folder.
    let asksServers: Bool
    private let fields: [ExtractionField]
    /// The settings of curl's handles.
    package let transfer: TransferConfiguration

    /// The policy of a job.
    ///
    /// - Parameters:
    ///   - spec: the job.
    ///   - userAgent: what is sent when the job names none.
    ///   - cookies: where the run's cookies are kept; nil for no cookies at all. The default is nil.
    ///   - exchangeKeeper: keeps what is sent and received; nil when nobody does. The default is nil.
    ///   - network: how connections are made, where the user says so. The default leaves it to the system.
    ///   - access: header fields that show who asks, for pages without a request of their own. The default is none.
    ///   - redaction: the secrets in the job's header fields, and in these. The default is none.
    ///   - keepsReplies: whether JSON replies are kept. The default is false.
    ///   - asksAPI: whether the job asks an API. The default is not.
    ///   - folder: stands for a host; nil, the default, where servers are asked for everything.
    package init(
        _ spec: JobSpec, userAgent: String, cookies: CookieStore? = nil,
        exchangeKeeper: (any ExchangeKeeper)? = nil, network: NetworkOptions = NetworkOptions(),
        access: [JobSpec.HeaderField] = [], redaction: Redaction = Redaction(), keepsReplies: Bool = false,
        asksAPI: Bool = false, folder: FolderSite? = nil
    ) {
        timeouts = spec.timeouts
        tls = spec.request.tls.isEmpty ? nil : spec.request.tls
        self.redaction = redaction
        self.keepsReplies = keepsReplies
        self.asksAPI = asksAPI
        accept = spec.accept
        acceptTypes = spec.acceptTypes
        limits = spec.limits
        retry = spec.retry
        headers = spec.request.headers
        let names = Set(access.map { $0.name.lowercased() })
        ownHeaders = headers.filter { !names.contains($0.name.lowercased()) } + access
        hasAccess = !access.isEmpty
        keepBody = spec.keepBody
        keptBytes = spec.limits.body > 0 ? Int(min(spec.limits.body, Self.mostBytes)) : Self.unlimitedBytes
        productToken = RobotsTxt.productToken(ofUserAgent: spec.request.userAgent ?? userAgent)
        let options: PageScanner.Options =
            spec.follow != nil ? .links : spec.metadata || !spec.extract.isEmpty ? .metadata : []
        let references: PageScanner.Options =
            spec.check?.socialImages == true ? [.references, .socialImages] : .references
        scannerOptions = spec.keepsLinks ? options.union(references) : options
        fields = spec.extract
        readsPlaces = spec.check?.fragments == true
        hasChainCookies = spec.check != nil && cookies == nil
        readsSheets = spec.check?.assets == true
        self.folder = folder
        asksServers = folder == nil || spec.check?.external == true
        self.exchangeKeeper = exchangeKeeper
        secretFields = ownHeaders.secretNames
        var transfer = TransferConfiguration(
            userAgent: spec.request.userAgent ?? userAgent, timeouts: spec.timeouts,
            bodyLimit: spec.limits.body, proxy: spec.request.proxy, insecure: spec.request.insecure,
            cookies: cookies, reportsSending: true)
        transfer.network = network
        transfer.reportsHead = spec.acceptTypes != nil
        if exchangeKeeper != nil { transfer.recordedBytes = keptBytes }
        self.transfer = transfer
    }

    /// The largest body that is kept when the job sets no limit: 64 MiB.
    private static let unlimitedBytes = 64 << 20
    /// The largest body that is kept whatever the job's limit: half of the largest value in SQLite (`SQLITE_MAX_LENGTH`).
    private static let mostBytes: Int64 = 512 << 20

    /// Compiles the fields for one loop.
    package func compileFields() throws(FieldError) -> CompiledFields {
        try CompiledFields(fields)
    }
}
