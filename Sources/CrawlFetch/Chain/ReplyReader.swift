internal import CXXHash
internal import CrawlCore
internal import Extract
internal import TrawlText

/// Reads what a request wants of its reply beside what every page has: items, and the values that lead to the next page.
///
/// It is made for one reply, and fed with its body.
final class ReplyReader {
    let reading: ReplyReading
    private let redaction: Redaction
    private let contentType: String?
    private var head: [UInt8] = []
    private var decoder: TextStreamDecoder?
    private var decoded: [UInt8] = []
    private var items: ItemReader?
    private let spool = SpoolBox()
    private var isBroken = false

    /// What the taker of items writes to; it must not hold the reader.
    private final class SpoolBox {
        let writer = ItemSpoolWriter()
        let digest = BodyDigest()
        var fault: String?
        /// What the schema says is wrong with an item.
        var mismatch: String?
        var count = 0
    }

    /// The body, where a schema is to be tried on all of it.
    private var whole: [UInt8] = []
    private var keepsWhole: Bool { reading.check != nil && reading.items == nil }
    /// The largest body that a schema is tried on: 64 MiB.
    private static let longestChecked = 64 << 20

    init(_ reading: ReplyReading, contentType: String?, redaction: Redaction) {
        self.reading = reading
        self.redaction = redaction
        self.contentType = Self.type(contentType, reading.items)
        guard reading.items != nil || reading.check != nil || reading.places.contains(where: { $0.isInBody })
        else { return }
        let paths = reading.places.compactMap { if case .json(let path) = $0 { path } else { nil } }
        let keepsLast = reading.places.contains { if case .item = $0 { true } else { false } }
        let box = spool
        let wantsItems = reading.items != nil
        let check = reading.check
        let xpaths = reading.places.compactMap { if case .xpath(let path) = $0 { path } else { nil } }
        items = ItemReader(
            reading.items, paths: paths, xpaths: xpaths, keepsLast: keepsLast,
            encoding: MIMEType(contentType: contentType).encoding?.rawValue
        ) { value, key in
            guard wantsItems else { return true }
            value.withUnsafeBytes { box.digest.add($0) }
            box.count += 1
            if let fault = check?.fault(in: value) {
                box.mismatch = "item \(box.count): \(fault)"
                return false
            }
            let text = value.withUnsafeBytes { JSONReply.text($0) }
            box.fault = box.writer.add(
                key: key.map { redaction.redacted($0) }, value: redaction.redactedJSON(text))
            return box.fault == nil
        }
    }

    private static func type(_ contentType: String?, _ items: ItemSelection?) -> String? {
        switch items?.format {
        case .csv(_, let charset?): "text/csv; charset=\(charset)"
        // These are UTF-8 whatever their header says (RFC 8259, section 8.1; HTML Standard, section 9.2.5).
        case .csv(_, nil): contentType
        // The document says it, unless its header does.
        case .xml: contentType
        case .json, .ndjson, .events, nil: nil
        }
    }

    /// Takes decoded bytes of the body.
    ///
    /// - Returns: false where no more are wanted.
    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard items != nil, !isBroken else { return items == nil }
        if reading.items?.isXML == true {
            if items?.feed(bytes) != true { isBroken = true }
            return !isBroken
        }
        guard decoder == nil else { return pass(bytes) }
        head.append(contentsOf: bytes)
        return head.count < TextStreamDecoder.headLength && !endsEarly ? true : begin()
    }

    /// Whether the first bytes are not waited for: an event is to be read as it comes.
    private var endsEarly: Bool {
        if case .events = reading.items?.format { head.count >= 3 } else { false }
    }

    private func begin() -> Bool {
        let head = head
        self.head = []
        return head.withUnsafeBytes { bytes in
            let decoder = TextStreamDecoder(head: bytes, contentType: contentType)
            self.decoder = decoder
            return pass(UnsafeRawBufferPointer(rebasing: bytes[decoder.markLength...]))
        }
    }

    private func pass(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let goesOn: Bool
        if decoder?.isUTF8 == true {
            goesOn = items?.feed(bytes) ?? true
        } else {
            decoded.removeAll(keepingCapacity: true)
            decoder?.decode(bytes, into: &decoded)
            goesOn = decoded.withUnsafeBytes { items?.feed($0) ?? true }
        }
        if !goesOn { isBroken = true }
        if goesOn, keepsWhole, whole.count <= Self.longestChecked {
            if decoder?.isUTF8 == true {
                whole.append(contentsOf: bytes)
            } else {
                whole += decoded
            }
        }
        return goesOn
    }

    /// Takes the end of the body.
    func finish() {
        guard let items else { return }
        if reading.items?.isXML == true {
            if !isBroken { items.finish() }
            return
        }
        if decoder == nil, !isBroken, !head.isEmpty { _ = begin() }
        if !isBroken, decoder?.isUTF8 == false {
            decoded.removeAll(keepingCapacity: true)
            decoder?.finish(into: &decoded)
            if !decoded.withUnsafeBytes({ items.feed($0) }) { isBroken = true }
        }
        if !isBroken, decoder != nil { items.finish() }
    }

    /// Whether the body said by itself that it is over.
    var isOver: Bool { items?.isOver ?? false }

    /// Whether reading was ended by what the body says.
    var hasFault: Bool { isBroken && !isOver }

    /// Why the reply cannot be used; nil where it can.
    var fault: (kind: ErrorKind, reason: String)? {
        if let fault = spool.fault { return (.internal, fault) }
        if let mismatch = spool.mismatch { return (.unexpected, "expect: \(mismatch)") }
        guard let fault = items?.fault else { return nil }
        let what = reading.items == nil ? "reply" : "items"
        return (.badResponse, "\(what): \(fault)")
    }

    /// What the schema says is wrong with the reply; nil for nothing, and where it is one of items.
    var mismatch: String? {
        guard keepsWhole, let check = reading.check else { return nil }
        guard whole.count <= Self.longestChecked else { return "the reply is too large for a schema" }
        return check.fault(in: whole)
    }

    /// A remark on a reply that can be used.
    var note: String? {
        guard let items, items.missesItems, case .json(let path)? = reading.items?.format, decoder != nil
        else {
            return nil
        }
        return "items: there is nothing at \(path)"
    }

    /// What the paginator is to know of the reply.
    ///
    /// - Parameters:
    ///   - url: the URL that answered.
    ///   - body: the digest of the body, which counts where there are no items.
    ///   - header: the values of a field of the header.
    func reply(url: String, body: ContentDigest?, header: (String) -> [String]) -> Paginator.Reply {
        var reply = Paginator.Reply(url: url)
        for place in reading.places {
            switch place {
            case .json(let path): reply.values[place] = items?.value(at: path)
            case .xpath(let path): reply.values[place] = items?.value(atXPath: path)
            case .item(let path): reply.values[place] = items?.valueOfLastItem(at: path)
            case .header(let name):
                reply.values[place] = header(name).first.map { ReplyValue(text: $0) }
            case .type:
                reply.values[place] = header("content-type").last.map {
                    ReplyValue(text: MIMEType.essence(of: $0))
                }
            case .link: reply.values[place] = Self.next(header("link")).map { ReplyValue(text: $0) }
            }
        }
        if reading.items != nil { reply.items = items?.count ?? 0 }
        let digest = reading.items == nil ? body : spool.digest.digest
        reply.digest = Int64(bitPattern: digest.map { $0.high ^ $0.low } ?? 0)
        return reply
    }

    /// Whether a list of JSON is wanted, and nothing came. ``finish()`` was called before.
    var missesBody: Bool {
        guard case .json? = reading.items?.format else { return false }
        return decoder == nil && head.isEmpty
    }

    /// Why the header does not tell whether there is a next page; nil where it does.
    func linkFault(_ fields: [String]) -> String? {
        guard reading.places.contains(.link), Self.next(fields) == nil,
            let broken = fields.first(where: { LinkField($0, limit: .max).isBroken })
        else { return nil }
        return "the field Link cannot be read: \(broken.prefix(200))"
    }

    /// The target of the first link to the next page. A header has no more than 100 KiB, and so no more links than that holds.
    private static func next(_ fields: [String]) -> String? {
        for field in fields {
            for link in LinkField(field, limit: .max).links where link.anchor == nil {
                let words = link.rel.split { $0 == " " || $0 == "\t" }
                if words.contains(where: { $0.lowercased() == "next" }) { return link.target }
            }
        }
        return nil
    }

    /// The items; once.
    func takeItems() -> ItemSpool? {
        spool.writer.finish()
    }
}

extension ReplyPlace {
    /// Whether it is in the body.
    var isInBody: Bool {
        switch self {
        case .json, .item, .xpath: true
        case .header, .link, .type: false
        }
    }
}

extension FollowUp {
    /// The follow-up without secrets.
    func redacted(_ redaction: Redaction) -> FollowUp {
        guard !redaction.isEmpty else { return self }
        let pages = pages.map { page in
            var page = page
            page.url = redaction.redacted(page.url)
            page.details = redaction.redactedJSON(page.details)
            if case .failed(let kind, let reason)? = page.end {
                page.end = .failed(kind, redaction.redacted(reason))
            }
            return page
        }
        return FollowUp(items: items, pages: pages, templates: templates, restarts: restarts)
    }
}
