package import CrawlCore
internal import Curl
internal import HTMLScan
internal import TrawlText

/// Pages that are only checked: whether they are there, and which places they have.
extension PageFetcher {
    /// Whether HEAD did not do, so that the check goes on with GET.
    ///
    /// Servers answer HEAD with 403, 404, 405, 500 or 501, a reset, or nothing at all, where they answer GET as they should. A request
    /// that never got to a server says nothing about HEAD, and a server that asks for a pause is to get one.
    ///
    /// - Parameter wait: what its `Retry-After` asks for; nil where it has none.
    func goesOnWithGET(_ kind: ErrorKind, _ status: Int, _ wait: Duration?) -> Bool {
        guard request?.page?.check?.asksWithHEAD == true, progress.folderFault == nil else { return false }
        switch kind {
        case .httpStatus: return status != 429 && !(status == 503 && wait != nil)
        case .timeoutRead, .timeoutTotal, .reset, .badResponse, .truncated, .decode, .tooLarge: return true
        default: return false
        }
    }

    /// What a failure says beyond its kind.
    func signs(of kind: ErrorKind, _ status: Int, _ message: String, _ transfer: Transfer)
        -> PageResponse.Signs
    {
        if let fault = progress.folderFault { return PageResponse.Signs(fault) }
        return switch kind {
        case .httpStatus where status == 403 || status == 429 || status == 503:
            // https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
            transfer.header("cf-mitigated") == nil ? [] : .botWall
        default: PageResponse.Signs(of: kind, message)
        }
    }

    /// Whether a request sends the cookies that its own chain of redirects has set, and no others.
    func hasChainCookies(_ request: PageRequest) -> Bool {
        guard let page = request.page else { return false }
        return page.check != nil || policy.hasChainCookies && page.message == nil
    }

    /// The cookies that a request sends: those that its own chain of redirects has set; nil for none.
    func chainCookies(of request: PageRequest) -> JobSpec.HeaderField? {
        guard hasChainCookies(request), let chain = request.chain,
            let url = try? WebURL(parsing: request.url),
            let cookies = chain.cookies.field(for: url)
        else { return nil }
        return JobSpec.HeaderField(name: "Cookie", value: cookies)
    }

    /// What becomes of the body of a check. HTML has places that a fragment may name; a stylesheet of the site refers to more.
    func body(ofCheck page: ClaimedPage, _ contentType: String?) -> FetchProgress.Body {
        if policy.readsPlaces, contentType == nil || ContentType.isHTML(contentType) {
            reader.begin(contentType: contentType, fields: [])
            return .page(reader)
        }
        guard policy.readsSheets, page.check?.isOwn == true, StyleSheetScanner.reads(contentType: contentType)
        else {
            return .passedOver
        }
        let sheet = StyleSheetScanner()
        sheet.reset(contentType: contentType)
        return .sheet(sheet)
    }
}

extension PageResponse.Signs {
    /// What a failure says beyond its kind, where no response came.
    ///
    /// - Parameter message: what libcurl or OpenSSL says, with or without words before it, or why the host was given up.
    package init(of kind: ErrorKind, _ message: String) {
        switch kind {
        // Until the name has been looked up once more nobody knows whose fault it is.
        case .dns: self = NameDiagnosis.saysNoName(message) ? [] : .temporaryDNS
        case .tls:
            // OpenSSL's words for X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY and …_VERIFY_LEAF_SIGNATURE.
            let isIncomplete =
                message.contains("local issuer certificate")
                || message.contains("verify the first certificate")
            self = isIncomplete ? .incompleteChain : []
        case .hostUnavailable: self = HostRefusal.isMeant(by: message) ? .refusedByHost : []
        default: self = []
        }
    }
}
