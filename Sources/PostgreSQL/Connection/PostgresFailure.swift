internal import TrawlStore

/// What went wrong with a statement or a connection.
package struct PostgresFailure: Error, Sendable, CustomStringConvertible {
    /// The five characters that say what it is; nil where the connection is lost (`errcodes.txt`).
    package let state: String?
    /// The server's or libpq's words, one line.
    package let description: String

    /// A failure.
    package init(state: String?, _ description: String) {
        self.state = state
        self.description = description
    }

    /// Whether the connection is of no use any more.
    package var isConnectionLost: Bool {
        guard let state else { return true }
        return state.hasPrefix("08") && state != "08P01"
            || ["57P01", "57P02", "57P03", "25P03", "25P04", "57P05"].contains(state)
    }

    /// Whether the same transaction may well go through when it is done again from its beginning: another one was in its way, or
    /// the connection was lost. In the latter case it is not known whether a COMMIT that was sent has been carried out.
    package var isPassing: Bool {
        isConnectionLost || ["40001", "40P01", "55P03"].contains(state ?? "")
    }

    /// Whether the same transaction, read and written anew, may go another way: two were in each other's way, or another has meanwhile
    /// made the row that there can be one of.
    var isWorthAnotherTry: Bool { ["40001", "40P01", "23505"].contains(state ?? "") }

    /// Whether the server refuses a value as such: text or a number that it does not take (22…), or something that is too large for it
    /// (54…). What a runner's own checks make of such states is none.
    var isRefusal: Bool {
        guard let state, state.hasPrefix("22") || state.hasPrefix("54") else { return false }
        return !RunnerConnection.ownStates.contains(state)
    }

    /// Whether a server that can be written to may be elsewhere now: the connection leads to one that cannot.
    package var isReadOnly: Bool { state == "25006" || state == "55000" && description.contains("recovery") }

    /// Whether the server cannot be reached, or cannot take anything, for the time being: it is starting, only a copy, full, or has
    /// no connection or memory left.
    package var isOutage: Bool {
        isConnectionLost || isReadOnly || ["53000", "53100", "53200", "53300"].contains(state ?? "")
    }
}

extension StoreError {
    /// A failure, in terms of the database that it concerns.
    ///
    /// - Parameter name: its URL without the password.
    init(_ failure: PostgresFailure, name: String) {
        let words = failure.description
        switch failure.state {
        case .none, "08000", "08001", "08003", "08004", "08006", "57P01", "57P02", "57P03":
            self.init(
                .unreachable,
                "\(name) cannot be reached (\(words)); check that the server runs and that the URL names it")
        case "28000", "28P01":
            self.init(
                .readOnly,
                "\(name) refuses the login (\(words)); check user and password, or the server's pg_hba.conf")
        case "3D000":
            self.init(
                .missing,
                "\(name): there is no such database (\(words)); create it with createdb, or name another")
        case "42501":
            self.init(
                .readOnly,
                "\(name): the role lacks a right (\(words)); have the owner grant it, or name another role in the URL"
            )
        case "25006", "55000":
            self.init(
                .readOnly,
                "\(name) can only be read (\(words)); name the primary server, or several hosts with target_session_attrs=read-write"
            )
        case "53100":
            self.init(
                .full,
                "\(name): the server's disk is full (\(words)); free some space and run the same command again"
            )
        case "53300":
            self.init(
                .locked,
                "\(name) has no connection left (\(words)); raise max_connections, end other programs, or use a pooler"
            )
        case "53200", "53000", "53400":
            self.init(
                .full,
                "\(name): the server lacks memory (\(words)); run the same command again once it has some")
        case "57014", "55P03":
            self.init(
                .locked,
                "\(name): another transaction was waited for in vain (\(words)); end it and run the same command again"
            )
        case "40001", "40P01":
            self.init(
                .locked,
                "\(name): other programs were in the way each time (\(words)); run the same command again")
        case "23503":
            // Nothing else breaks a reference.
            self.init(.other, "\(name): the job, or its run, was deleted while it was worked on")
        case "XX001", "XX002":
            self.init(.corrupt, "\(name) is damaged (\(words)); go back to a backup")
        default:
            self.init(.other, "\(name): \(words)")
        }
    }

    /// Whatever was thrown, in terms of the database that it concerns.
    init(_ error: any Error, name: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as PostgresFailure: self.init(error, name: name)
        default: self.init(.other, "\(name): \(error)")
        }
    }
}
