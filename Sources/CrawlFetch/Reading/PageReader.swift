internal import CrawlCore
internal import Extract
internal import HTMLScan
internal import TrawlText

/// Reads the bodies of pages, one after another, with scanners that are used again.
final class PageReader {
    private let policy: FetchPolicy
    private let fields: CompiledFields
    /// Finds what the page says. Its options are those that this page needs.
    private(set) var scanner: PageScanner
    /// Scanners with other options; one for each set of options that was ever needed.
    private var idleScanners: [PageScanner] = []
    /// Takes the fields of the page; nil when there are none.
    private(set) var extractor: FieldExtractor?
    /// The `Content-Type` as it was sent.
    private(set) var contentType: String?
    /// Whether the page is of a kind that is scanned.
    private(set) var isScanned = false
    /// Whether the page is a reply in JSON that is kept.
    private(set) var keepsReply = false
    /// The body as far as it has come; nil when it is not kept.
    private(set) var keptBody: [UInt8]?

    /// A reader for the pages of a job.
    ///
    /// - Parameter fields: the policy's, compiled for the loop.
    init(_ policy: FetchPolicy, fields: CompiledFields) {
        self.policy = policy
        self.fields = fields
        scanner = PageScanner(policy.scannerOptions, productToken: policy.productToken)
    }

    /// Begins a page.
    ///
    /// - Parameters:
    ///   - list: the fields of a request that has its own; nil for those of the job.
    ///   - keepsBody: whether the body is kept, where the job keeps any. Of a reply that is taken apart into items nothing is.
    func begin(contentType: String?, fields list: [ExtractionField]?, keepsBody: Bool = true) {
        self.contentType = contentType
        let (extractorBefore, keptReplyBefore) = (extractor, keepsReply)
        extractor = extractor(of: list)
        keepsReply = keepsBody && policy.keepsReplies && ContentType.mayBeJSON(contentType)
        // Pages that need the same as the one before, which are nearly all, keep its scanner.
        if extractor !== extractorBefore || keepsReply != keptReplyBefore { chooseScanner() }
        scanner.reset(contentType: contentType)
        isScanned = !scanner.isFinished
        keptBody = keepsBody && policy.keepBody.keeps(contentType) ? [] : nil
    }

    /// Takes the fields of a page; nil when there are none.
    ///
    /// - Parameter list: the fields of a request that has its own; nil for those of the job.
    func extractor(of list: [ExtractionField]?) -> FieldExtractor? {
        list.map { fields.extractor(of: $0) } ?? fields.jobs
    }

    private func chooseScanner() {
        var options = policy.scannerOptions.union(extractor?.scannerOptions ?? [])
        if keepsReply { options.insert(.text) }
        guard scanner.options != options else { return }
        idleScanners.append(scanner)
        if let index = idleScanners.firstIndex(where: { $0.options == options }) {
            scanner = idleScanners.remove(at: index)
        } else {
            scanner = PageScanner(options, productToken: policy.productToken)
        }
    }

    /// Takes the next bytes of the body, after decoding.
    func feed(_ bytes: UnsafeRawBufferPointer) {
        if keptBody != nil { keep(bytes) }
        if isScanned, !scanner.isFinished { scanner.feed(bytes) }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        if (keptBody?.count ?? 0) + bytes.count <= policy.keptBytes {
            keptBody?.append(contentsOf: bytes)
        } else {
            keptBody = nil
        }
    }

    /// Lets go of what the scanner found, such as the tree that fields are taken from.
    func endScan() {
        scanner.reset(contentType: contentType)
    }

    /// Lets go of the body.
    func end() {
        if keptBody != nil { keptBody = nil }
    }
}

extension JobSpec.KeptBodies {
    /// Whether bodies of a type are kept.
    func keeps(_ contentType: String?) -> Bool {
        switch self {
        case .none: false
        case .text: ContentType.isText(contentType)
        case .all: true
        }
    }
}
