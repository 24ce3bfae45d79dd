internal import CCurl
internal import CrawlCore
internal import Glibc

/// The body that a handle reads while it sends it: an open file, or the parts of a form. It must outlive the request.
final class UploadSource {
    private var file: UnsafeMutablePointer<FILE>?
    private var form: OpaquePointer?

    /// Sets an upload on a handle, which then sends POST.
    ///
    /// - Throws: `CurlSetupFailure` where a file cannot be read.
    init(_ upload: RequestUpload, on handle: EasyHandle) throws(CurlSetupFailure) {
        switch upload {
        case .file(let path): try open(path, on: handle)
        case .multipart(let parts): try build(parts, on: handle)
        }
    }

    deinit {
        if let file { fclose(file) }
        curl_mime_free(form)
    }

    private func open(_ path: String, on handle: EasyHandle) throws(CurlSetupFailure) {
        let size = try Self.size(of: path)
        guard let file = fopen(path, "rbe") else {
            throw CurlSetupFailure(option: "body_file", message: Self.fault(path))
        }
        self.file = file
        try handle.set(CURLOPT_POST, 1)
        // Without a body in memory, curl reads the file by fread(3), and goes back to its beginning with fseek(3).
        try handle.check(ccurl_setopt_string(handle.easy, CURLOPT_POSTFIELDS, nil), "POSTFIELDS")
        try handle.check(
            ccurl_setopt_offset(handle.easy, CURLOPT_POSTFIELDSIZE_LARGE, size), "POSTFIELDSIZE")
        try handle.set(CURLOPT_READDATA, pointer: UnsafeMutableRawPointer(file))
    }

    private func build(_ parts: [RequestUpload.Part], on handle: EasyHandle) throws(CurlSetupFailure) {
        guard let form = curl_mime_init(handle.easy) else {
            throw CurlSetupFailure(option: "multipart", message: "no memory")
        }
        self.form = form
        for part in parts {
            guard let added = curl_mime_addpart(form) else {
                throw CurlSetupFailure(option: "multipart", message: "no memory")
            }
            try handle.check(curl_mime_name(added, part.name), "multipart")
            switch part.content {
            case .text(let text):
                let code = text.utf8.withContiguousStorageIfAvailable { bytes in
                    bytes.withMemoryRebound(to: CChar.self) {
                        curl_mime_data(added, $0.baseAddress, $0.count)
                    }
                }
                try handle.check(code ?? curl_mime_data(added, text, text.utf8.count), "multipart")
            case .file(let path):
                _ = try Self.size(of: path)
                guard curl_mime_filedata(added, path) == CURLE_OK else {
                    throw CurlSetupFailure(option: "multipart", message: Self.fault(path))
                }
            }
            if let type = part.type { try handle.check(curl_mime_type(added, type), "multipart") }
            if let name = part.fileName { try handle.check(curl_mime_filename(added, name), "multipart") }
        }
        try handle.set(CURLOPT_MIMEPOST, pointer: UnsafeMutableRawPointer(form))
    }

    /// The size of a regular file.
    private static func size(of path: String) throws(CurlSetupFailure) -> curl_off_t {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw CurlSetupFailure(option: "body", message: fault(path))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CurlSetupFailure(option: "body", message: "\(path) is not a file")
        }
        return curl_off_t(status.st_size)
    }

    private static func fault(_ path: String) -> String { "\(path): \(String(cString: strerror(errno)))" }
}
