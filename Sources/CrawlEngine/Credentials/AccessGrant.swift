internal import Authentication
internal import CrawlCore

/// What a request is given by its credential. It holds secrets, so it is in memory only.
struct AccessGrant {
    /// What goes along, so that the answer can be judged.
    var access: RequestAccess
    /// Header fields, which take the place of those of the same name.
    var headers: [JobSpec.HeaderField] = []
    /// A cookie, which goes beside those that the request has.
    var cookie: RequestTemplate.Parameter?
    /// A parameter of the query, which takes the place of those of the same name.
    var parameter: RequestTemplate.Parameter?
    /// What `${auth}` stands for.
    var token: String?
    /// The secrets in it.
    var redaction = Redaction()
    /// What is worked out of the whole request.
    var signature = Signature.none

    /// What is worked out of the whole request.
    enum Signature {
        case none
        /// The answer to a challenge, by the key of the host that sent it.
        case digest(host: String, user: String, password: String)
        case aws(AWSSignature)
    }
}

/// What a request may do about its credential.
enum AccessDecision {
    /// It has none.
    case open
    /// It is sent with this.
    case granted(AccessGrant)
    /// It waits for a token.
    case wait
    /// It cannot be sent.
    case fail(ErrorKind, String)
}
