internal import Glibc

/// Writes exchanges to WARC/1.1 files. Each record is a gzip member, and a new file begins when one is full.
///
/// A file is called `PREFIX-YYYYMMDDhhmmss-NNNNN.warc.gz`, after the pattern in Annex C of ISO 28500. While it is written
/// its name ends in `.open`, as with Heritrix, so that a file that a kill cut short can be recognised.
///
/// The writer blocks on the disk, so it belongs to a thread that may block.
package final class WARCWriter {
    /// The size at which a file is full, in bytes: 1 GB, as the standard recommends.
    package static let defaultFileSize: Int64 = 1_000_000_000

    private let folder: String
    private let prefix: String
    private let software: String
    private let fileSize: Int64
    private let gzip: GzipMember
    private var serial = 0
    private var file: (descriptor: Int32, path: String)?
    private var written: Int64 = 0

    /// A writer into a folder, which is made if it does not exist. The first file is made when there is something to write.
    ///
    /// - Parameters:
    ///   - prefix: the beginning of the files' names. Characters other than letters, digits, `.` and `_` become hyphens.
    ///   - software: the program and its version, for the record that begins each file.
    ///   - fileSize: the size at which a file is full, in bytes.
    /// - Throws: ``WARCError`` when the folder cannot be made or there is no memory.
    package init(
        folder: String, prefix: String, software: String, fileSize: Int64 = WARCWriter.defaultFileSize
    ) throws(WARCError) {
        guard let gzip = GzipMember() else { throw WARCError(path: folder, reason: "no memory") }
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw WARCError(path: folder, reason: String(cString: strerror(errno)))
        }
        self.folder = folder
        self.prefix = String(
            prefix.map { $0.isASCII && ($0.isLetter || $0.isNumber) || "._".contains($0) ? $0 : "-" })
        self.software = software
        self.fileSize = fileSize
        self.gzip = gzip
    }

    deinit { if let file { Glibc.close(file.descriptor) } }

    /// Writes the records of an exchange: its response, or a `revisit` record for a 304, and its request.
    package func write(_ exchange: HTTPExchange) throws(WARCError) {
        var response = WARCRecord(
            exchange.isNotModified ? "revisit" : "response", date: exchange.startedAt,
            contentType: "application/http; msgtype=response", head: exchange.responseHead,
            body: exchange.isNotModified ? [] : exchange.responseBody)
        response.add("WARC-Target-URI", exchange.url)
        if let address = exchange.address { response.add("WARC-IP-Address", address) }
        if exchange.isNotModified {
            response.add("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/server-not-modified")
        } else {
            response.addPayloadDigest()
        }
        if let truncation = exchange.truncation { response.add("WARC-Truncated", truncation.rawValue) }

        var request = WARCRecord(
            "request", date: exchange.startedAt, contentType: "application/http; msgtype=request",
            head: exchange.requestHead, body: exchange.requestBody)
        request.add("WARC-Target-URI", exchange.url)
        request.add("WARC-Concurrent-To", response.id)

        try append(response, now: exchange.startedAt)
        try append(request, now: exchange.startedAt)
        if written >= fileSize { try close() }
    }

    /// Closes the open file, if there is one. The next record begins another.
    package func close() throws(WARCError) {
        guard let file else { return }
        self.file = nil
        let name = String(file.path.dropLast(".open".count))
        guard Glibc.close(file.descriptor) == 0, rename(file.path, name) == 0 else {
            throw WARCError(path: file.path, reason: String(cString: strerror(errno)))
        }
    }

    private func append(_ record: WARCRecord, now: Int64) throws(WARCError) {
        if file == nil {
            try open(now: now)
            try put(information(now: now))
        }
        try put(record)
    }

    private func information(now: Int64) -> WARCRecord {
        let fields = """
            software: \(software)\r
            format: WARC File Format 1.1\r
            conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r
            description: bodies as received, in their content coding, without the chunks of a transfer coding\r

            """
        var record = WARCRecord(
            "warcinfo", date: now, contentType: "application/warc-fields", head: Array(fields.utf8))
        if let file {
            record.add("WARC-Filename", String(file.path.dropFirst(folder.count + 1).dropLast(".open".count)))
        }
        return record
    }

    private func open(now: Int64) throws(WARCError) {
        // Existing files are kept: a run that is resumed writes new files beside those it wrote before.
        while true {
            let serial = String(self.serial)
            let number = String(repeating: "0", count: max(0, 5 - serial.utf8.count)) + serial
            let name = "\(folder)/\(prefix)-\(WARCRecord.fileStamp(now))-\(number).warc.gz"
            self.serial += 1
            guard access(name, F_OK) != 0 else { continue }
            let descriptor = Glibc.open(name + ".open", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0 else {
                throw WARCError(path: name, reason: String(cString: strerror(errno)))
            }
            file = (descriptor, name + ".open")
            written = 0
            return
        }
    }

    private func put(_ record: WARCRecord) throws(WARCError) {
        guard let file else { return }
        let member = gzip.compress(record.bytes)
        var done = 0
        while done < member.count {
            let count = member.withUnsafeBytes { bytes in
                Glibc.write(file.descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw WARCError(path: file.path, reason: String(cString: strerror(errno)))
            }
            done += count
        }
        written += Int64(member.count)
    }
}
