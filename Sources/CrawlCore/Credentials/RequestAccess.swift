/// What a request was given to show who sends it. It goes along with the request, so that the answer can be judged.
package struct RequestAccess: Sendable, Equatable {
    /// Which of the run's credentials it is, from 0.
    package let credential: Int
    /// Which of the tokens, or challenges, that the credential has had.
    package let generation: Int
    /// How often the request was refused in this attempt, with what the credential had before.
    package let refusals: Int
    /// Whether a request that is refused may be sent again, with something newer.
    package let isRenewable: Bool
    /// Whether it is good for this very request, and not for one that a redirect leads to.
    package let isOfRequest: Bool

    /// What a request was given.
    package init(
        credential: Int, generation: Int = 0, refusals: Int = 0, isRenewable: Bool = false,
        isOfRequest: Bool = false
    ) {
        self.credential = credential
        self.generation = generation
        self.refusals = refusals
        self.isRenewable = isRenewable
        self.isOfRequest = isOfRequest
    }
}

/// A request that asks for a token, and not for a page.
package struct TokenErrand: Sendable, Equatable {
    /// Which of the run's credentials the token is for, from 0.
    package let credential: Int
    /// What is read of the reply.
    package let reading: Reading

    /// How a reply says the token.
    package enum Reading: Sendable, Equatable {
        /// As RFC 6749, section 5, has it.
        case oauth
        /// At a place that the job names.
        case login(TokenPlace)
    }

    /// An errand for a credential.
    package init(credential: Int, reading: Reading) {
        self.credential = credential
        self.reading = reading
    }
}

/// What the request for a token came to.
package enum TokenAnswer: Sendable, Equatable {
    /// There is a token.
    case granted(TokenGrant)
    /// There is none.
    case failed(TokenFault)
}

/// A token, as it was granted.
package struct TokenGrant: Sendable, Equatable {
    /// The token.
    package let text: String
    /// For how many seconds it is good; nil where nothing says so.
    package let expiresIn: Int64?
    /// The refresh token to use next; nil for the one before.
    package let refreshToken: String?

    /// A token; nothing is checked.
    package init(text: String, expiresIn: Int64? = nil, refreshToken: String? = nil) {
        (self.text, self.expiresIn, self.refreshToken) = (text, expiresIn, refreshToken)
    }
}

/// Why there is no token.
package struct TokenFault: Sendable, Equatable {
    /// The kind of error that the pages have which wait for the token.
    package let kind: ErrorKind
    /// What is wrong, for people; without secrets.
    package let reason: String
    /// Whether asking again is of no use: the server has understood, and said no.
    package let isFinal: Bool

    /// A fault.
    package init(_ kind: ErrorKind, _ reason: String, isFinal: Bool = false) {
        (self.kind, self.reason, self.isFinal) = (kind, reason, isFinal)
    }
}
