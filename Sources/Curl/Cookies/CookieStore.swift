internal import CCurl
internal import CrawlCore
internal import Glibc
internal import Synchronization

/// The cookies of one run, shared by all its transfers on all its loops; kept in memory.
///
/// libcurl decides by RFC 6265 and the Public Suffix List which cookies are taken, and which are sent where. It takes at
/// most 50 a response, and sends at most 150 in 8 KiB a request. How many are kept altogether is limited here, to
/// ``maximumCount``.
///
/// It may be used from any thread.
package final class CookieStore: Sendable {
    /// The most cookies that are kept: 3,000, as RFC 6265, section 6.1 asks for at least.
    package static let maximumCount = 3_000
    /// The most cookies of one domain that are kept once there are too many: 50, from the same section.
    package static let maximumCountPerDomain = 50
    /// After how many `Set-Cookie` fields the cookies are counted. Counting goes over all of them.
    private static let interval = 1_000

    // Safe because libcurl takes our locks whenever it uses the share (libcurl-share(3)).
    nonisolated(unsafe) let share: UnsafeMutableRawPointer
    private let locks: ShareLocks
    private let fieldCount = Atomic(0)

    /// A store with the cookies of a file.
    ///
    /// - Parameter lines: a cookie each, in Netscape's format; of too many some are dropped.
    /// - Throws: `CurlSetupFailure` when curl has no memory for it.
    package convenience init(lines: [String]) throws(CurlSetupFailure) {
        try self.init()
        let handle = try sharingHandle()
        defer { handle.close() }
        for line in lines.count > Self.maximumCount ? Self.kept(of: lines) : lines {
            try handle.set(CURLOPT_COOKIELIST, line)
        }
    }

    /// An empty store.
    ///
    /// - Throws: `CurlSetupFailure` when curl has no memory for it.
    package init() throws(CurlSetupFailure) {
        _ = TransferLoop.globalSetUp
        guard let share = curl_share_init() else {
            throw CurlSetupFailure(option: "curl_share_init", message: "no memory")
        }
        self.share = share
        locks = ShareLocks()
        // Safe because the locks live as long as the share.
        let context = Unmanaged.passUnretained(locks).toOpaque()
        let codes = [
            ccurl_share_setopt_lock(share, lockShare), ccurl_share_setopt_unlock(share, unlockShare),
            ccurl_share_setopt_pointer(share, CURLSHOPT_USERDATA, context),
            ccurl_share_setopt_data(share, CURL_LOCK_DATA_COOKIE),
            ccurl_share_setopt_data(share, CURL_LOCK_DATA_PSL),
        ]
        guard codes.allSatisfy({ $0 == CURLSHE_OK }) else {
            curl_share_cleanup(share)
            throw CurlSetupFailure(option: "curl_share_setopt", message: "libcurl was built without cookies")
        }
    }

    deinit {
        // Fails only while a handle uses the share, and the transfer of each such handle keeps this object alive.
        curl_share_cleanup(share)
    }

    /// The cookies that are kept, a line each in Netscape's format.
    package func lines() throws(CurlSetupFailure) -> [String] {
        let handle = try sharingHandle()
        defer { handle.close() }
        return lines(by: handle.easy)
    }

    /// A handle that makes no request. curl gives and takes cookies only by one.
    private func sharingHandle() throws(CurlSetupFailure) -> EasyHandle {
        let handle = try EasyHandle()
        do throws(CurlSetupFailure) {
            try handle.set(CURLOPT_SHARE, pointer: share)
            // The empty name is no file; it switches cookies on.
            try handle.set(CURLOPT_COOKIEFILE, "")
        } catch {
            handle.close()
            throw error
        }
        return handle
    }

    /// Counts `Set-Cookie` fields that have come; true when it is time to count the cookies.
    func isDue(afterFields count: Int) -> Bool {
        let (old, new) = fieldCount.add(count, ordering: .relaxed)
        return old / Self.interval != new / Self.interval
    }

    /// Removes cookies when there are too many, from the domains that have the most.
    ///
    /// - Parameter easy: a handle that shares the store.
    func trim(by easy: UnsafeMutableRawPointer) {
        // Meanwhile no other loop may take a cookie, or send a request without cookies. curl takes the lock again on this
        // thread, which is allowed.
        locks.lock(CURL_LOCK_DATA_COOKIE)
        defer { locks.unlock(CURL_LOCK_DATA_COOKIE) }
        let lines = lines(by: easy)
        guard lines.count > Self.maximumCount else { return }

        _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, "ALL")
        for line in Self.kept(of: lines) {
            // Fails only without memory, and then a cookie is missing.
            _ = ccurl_setopt_string(easy, CURLOPT_COOKIELIST, line)
        }
    }

    /// How many cookies are kept.
    func count(by easy: UnsafeMutableRawPointer) -> Int { lines(by: easy).count }

    /// The cookies that libcurl would send to a URL (RFC 6265, section 5.4), each as `name=value`.
    ///
    /// - Parameters:
    ///   - now: unix seconds.
    ///   - easy: a handle that shares the store.
    func pairs(for url: WebURL, now: Int64, by easy: UnsafeMutableRawPointer) -> [String] {
        lines(by: easy).compactMap { StoredCookie($0) }
            .filter { $0.isSent(to: url, now: now) }
            .map(\.pair)
    }

    private func lines(by easy: UnsafeMutableRawPointer) -> [String] {
        var list: UnsafeMutablePointer<curl_slist>?
        guard ccurl_getinfo_list(easy, CURLINFO_COOKIELIST, &list) == CURLE_OK else { return [] }
        defer { curl_slist_free_all(list) }
        var lines: [String] = []
        var entry = list
        while let item = entry {
            if let text = item.pointee.data { lines.append(String(cString: text)) }
            entry = item.pointee.next
        }
        return lines
    }

    /// The cookies that are kept when there are too many. Each is in Netscape's format, in which the domain comes first.
    static func kept(of lines: [String]) -> [String] {
        var domains = Dictionary(grouping: lines) { String($0.prefix { $0 != "\t" }) }
        for (domain, lines) in domains where lines.count > maximumCountPerDomain {
            domains[domain] = Array(lines.suffix(maximumCountPerDomain))
        }
        var kept: [String] = []
        for (_, lines) in domains.sorted(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }) {
            guard kept.count + lines.count <= maximumCount else { break }
            kept += lines
        }
        return kept
    }
}

/// One lock for each kind of data that handles may share.
private final class ShareLocks: Sendable {
    // Safe because mutexes are made to be used by several threads, and their address never changes.
    private nonisolated(unsafe) let mutexes: UnsafeMutablePointer<pthread_mutex_t>
    private static let count = Int(CURL_LOCK_DATA_LAST.rawValue)

    init() {
        mutexes = .allocate(capacity: Self.count)
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
        for index in 0..<Self.count { pthread_mutex_init(mutexes + index, &attributes) }
        pthread_mutexattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<Self.count { pthread_mutex_destroy(mutexes + index) }
        mutexes.deallocate()
    }

    func lock(_ data: curl_lock_data) {
        guard data.rawValue < CURL_LOCK_DATA_LAST.rawValue else { return }
        pthread_mutex_lock(mutexes + Int(data.rawValue))
    }

    func unlock(_ data: curl_lock_data) {
        guard data.rawValue < CURL_LOCK_DATA_LAST.rawValue else { return }
        pthread_mutex_unlock(mutexes + Int(data.rawValue))
    }
}

private func lockShare(
    _: UnsafeMutableRawPointer?, _ data: curl_lock_data, _: curl_lock_access,
    _ context: UnsafeMutableRawPointer?
) {
    guard let context else { return }
    Unmanaged<ShareLocks>.fromOpaque(context).takeUnretainedValue().lock(data)
}

private func unlockShare(
    _: UnsafeMutableRawPointer?, _ data: curl_lock_data, _ context: UnsafeMutableRawPointer?
) {
    guard let context else { return }
    Unmanaged<ShareLocks>.fromOpaque(context).takeUnretainedValue().unlock(data)
}
