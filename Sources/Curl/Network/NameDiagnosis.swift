internal import CLinux
internal import Glibc

/// Says whose fault it is that a name was not resolved: curl 7.88 does not tell.
///
/// The name is looked up once more, in the background, since nothing on the loop's thread may wait. So the first failure of a name
/// can only say where to look, and the next try knows.
package final class NameDiagnosis {
    /// What was found out about names, by name.
    private var verdicts: [String: Verdict] = [:]
    private var lookUps: [String: OpaquePointer] = [:]

    /// How many names are looked up at once; others wait for their next failure.
    private static let lookUpLimit = 16
    /// How many verdicts are kept, so that memory does not grow with the crawl.
    private static let verdictLimit = 1_000

    deinit {
        for lookUp in lookUps.values { clinux_lookup_end(lookUp) }
    }

    /// curl's message on a name that was not resolved, and what is known of the reason.
    func explain(_ message: String) -> String {
        // "Could not resolve host: example.org", or "proxy".
        guard let name = message.split(separator: " ").last, message.contains(": ") else { return message }
        return "\(message): \(verdict(on: String(name)).words)"
    }

    private func verdict(on name: String) -> Verdict {
        collect()
        if let verdict = verdicts[name] { return verdict }
        if lookUps[name] == nil, lookUps.count < Self.lookUpLimit {
            lookUps[name] = clinux_lookup_begin(name)
        }
        return .unknown(name)
    }

    /// Takes in what has come of the look-ups.
    private func collect() {
        for (name, lookUp) in lookUps {
            let code = clinux_lookup_result(lookUp)
            guard code != clinux_lookup_going_on else { continue }
            clinux_lookup_end(lookUp)
            lookUps[name] = nil
            if verdicts.count >= Self.verdictLimit { verdicts.removeAll(keepingCapacity: true) }
            verdicts[name] = Verdict(code)
        }
    }

    /// Whether a message on a name says for sure that there is no such name, so that it makes no difference to ask again.
    package static func saysNoName(_ message: String) -> Bool { message.hasSuffix(Verdict.noName.words) }

    /// Why a name was not resolved.
    enum Verdict: Equatable {
        /// The name is looked up again to find out.
        case unknown(String)
        /// The resolver answered that there is no such name.
        case noName
        /// The resolver did not answer, or could not tell.
        case resolver(String)
        /// The name was resolved by now.
        case resolved

        /// Reads what getaddrinfo(3) returns.
        init(_ code: Int32) {
            switch code {
            case 0: self = .resolved
            // EAI_NODATA and EAI_ADDRFAMILY are GNU extensions that Glibc's Swift module does not show.
            case EAI_NONAME, -5, -9: self = .noName
            default: self = .resolver(String(cString: gai_strerror(code)))
            }
        }

        /// What to do, behind what has happened.
        var words: String {
            switch self {
            case .unknown(let name):
                "is the name right? Does this machine's resolver answer? `getent ahosts \(name)` tells"
            case .noName:
                "there is no such name; check its spelling"
            case .resolver(let reason):
                "the resolver has no answer (\(reason)); check the network and /etc/resolv.conf"
            case .resolved:
                "the name was resolved when it was looked up again; the resolver may be overloaded"
            }
        }
    }
}
