internal import CCurl

/// One easy handle of curl's with its buffer for error messages.
///
/// The struct is two pointers that never change, and owns nothing by itself: its ``Transfer`` closes it.
struct EasyHandle {
    /// What curl's functions are called with.
    let easy: UnsafeMutableRawPointer
    /// curl writes here in words what went wrong (CURLOPT_ERRORBUFFER(3)).
    private let errorText: UnsafeMutablePointer<CChar>

    /// A new handle with curl's defaults.
    ///
    /// - Throws: `CurlSetupFailure` when curl has no memory for it.
    init() throws(CurlSetupFailure) {
        guard let easy = curl_easy_init() else {
            throw CurlSetupFailure(option: "curl_easy_init", message: "no memory")
        }
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // Fails only for an option that does not exist.
        _ = ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    }

    /// Frees everything. Nobody may use the handle afterwards.
    func close() {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    /// curl's description of the last failure, which says more than the code does; nil when it has none.
    var errorMessage: String? {
        errorText[0] == 0 ? nil : String(cString: errorText)
    }

    /// Forgets the description of the last failure.
    func clearErrorMessage() {
        errorText[0] = 0
    }
}

// MARK: Options

extension EasyHandle {
    func set(_ option: CURLoption, _ value: Int) throws(CurlSetupFailure) {
        try check(ccurl_setopt_long(easy, option, value), "\(option.rawValue)")
    }

    func set(_ option: CURLoption, _ value: String) throws(CurlSetupFailure) {
        // Passed as it is, the text would be copied into an array first.
        let code = value.withCString { ccurl_setopt_string(easy, option, $0) }
        try check(code, "\(option.rawValue)")
    }

    /// Sets a text, or removes it.
    func setText(_ option: CURLoption, _ value: String?) throws(CurlSetupFailure) {
        guard let value else {
            return try check(ccurl_setopt_string(easy, option, nil), "\(option.rawValue)")
        }
        try set(option, value)
    }

    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) throws(CurlSetupFailure) {
        try check(ccurl_setopt_pointer(easy, option, pointer), "\(option.rawValue)")
    }

    /// Sets the body that is sent, of which curl takes a copy.
    func setBody(_ body: [UInt8]) throws(CurlSetupFailure) {
        try check(
            ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)), "POSTFIELDSIZE")
        // An empty array may have no address. curl would then ask a callback for the body.
        let code = body.withUnsafeBytes {
            ccurl_setopt_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.isEmpty ? nil : $0.baseAddress)
        }
        try check(code, "COPYPOSTFIELDS")
    }

    /// Sets a list of texts, such as the lines of the header fields.
    ///
    /// - Returns: the list. curl reads it with each request, so it must not be freed before another one is set.
    func setList(
        _ option: CURLoption, _ lines: [String]
    ) throws(CurlSetupFailure) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw CurlSetupFailure(option: "\(option.rawValue)", message: "no memory")
            }
            list = longer
        }
        try check(ccurl_setopt_list(easy, option, list), "\(option.rawValue)")
        return list
    }

    /// Throws when curl has refused an option.
    func check(_ code: CURLcode, _ option: @autoclosure () -> String) throws(CurlSetupFailure) {
        guard code == CURLE_OK else {
            throw CurlSetupFailure(option: option(), message: CurlCode(code).message)
        }
    }
}

// MARK: Information

// Each of these calls fails only for an information that does not exist.
extension EasyHandle {
    func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = ccurl_getinfo_long(easy, info, &value)
        return value
    }

    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        _ = ccurl_getinfo_offset(easy, info, &value)
        return Int64(value)
    }

    func string(_ info: CURLINFO) -> String? {
        var value: UnsafePointer<CChar>?
        _ = ccurl_getinfo_string(easy, info, &value)
        return value.map { String(cString: $0) }
    }

    /// The response's field of a name, the one at an index among those of that name; nil when there is none.
    ///
    /// The text ends with a zero. curl keeps it until the next request.
    func header(_ name: String, at index: Int = 0) -> UnsafeMutablePointer<CChar>? {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, index, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK else {
            return nil
        }
        return header?.pointee.value
    }
}
