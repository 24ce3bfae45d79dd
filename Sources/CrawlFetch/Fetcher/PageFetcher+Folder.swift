internal import CrawlCore
internal import Curl

/// Requests that a folder answers in the place of a server.
extension PageFetcher {
    /// Answers a request from the folder, or settles its page where nobody is asked.
    ///
    /// - Returns: false where a server is to be asked.
    func answer(_ request: PageRequest, from folder: FolderSite, _ transfer: Transfer) -> Bool {
        switch (try? WebURL(parsing: request.url)).flatMap(folder.answer(to:)) {
        case .file(let file): start(request, transfer, file)
        case .redirect(let target):
            loop.start(
                transfer, from: FileResponse(status: 301, fields: [.init("location", target)], body: nil))
        case .fault(let fault):
            progress.folderFault = fault
            loop.start(transfer, from: FileResponse(status: fault.status, fields: [], body: nil))
        case .outside: pass(over: request, "it is not under \(folder.base), for which the folder stands")
        case nil where policy.asksServers: return false
        case nil: pass(over: request, "it is not of the folder, and no server is asked")
        }
        return true
    }

    /// Settles a request that nobody is asked.
    private func pass(over request: PageRequest, _ reason: String) {
        self.request = nil
        guard let page = request.page else {
            let answer = RobotsAnswer.unreachable(.cancelled, reason)
            return receiver.finished(
                self, .robots(answer, of: request.owner, from: request.host, url: request.url), .none)
        }
        let outcome = PageOutcome(of: page, request, .skipped(.scope), reason, now: environment.wallClock())
        receiver.finished(self, .outcome(outcome), .none)
    }

    private func start(_ request: PageRequest, _ transfer: Transfer, _ file: FolderFile) {
        let fields: [FileResponse.Field] = [
            .init("content-type", file.contentType), .init("content-length", "\(file.length)"),
        ]
        let body = request.page?.check?.asksWithHEAD == true ? nil : file.body
        loop.start(transfer, from: FileResponse(status: 200, fields: fields, body: body))
    }
}

extension PageResponse.Signs {
    /// What a folder's having nothing to send says of the link.
    init(_ fault: FolderSite.Fault) {
        self =
            switch fault {
            case .noFile: .noFile
            case .isDirectory: .isDirectory
            case .caseDiffers: .caseDiffers
            case .refused: []
            }
    }
}
