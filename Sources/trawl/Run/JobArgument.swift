internal import CrawlFetch
internal import TrawlStore
internal import Foundation
internal import Glibc
internal import JobFile

/// What names a job on the command line: its name in the database, or a job file.
enum JobArgument {
    case name(String)
    case file(String)
    case standardInput

    /// An argument that ends in `.yaml`, `.yml` or `.json` or contains a slash is a file; `-` is standard input; all others are names.
    init(_ argument: String) {
        if argument == "-" {
            self = .standardInput
        } else if argument.contains("/") || [".yaml", ".yml", ".json"].contains(where: argument.hasSuffix) {
            self = .file(argument)
        } else {
            self = .name(argument)
        }
    }

    /// Reads the job file; returns nil for a name.
    func document() throws -> JobDocument? {
        do throws(JobFileError) {
            switch self {
            case .name: return nil
            case .file(let path): return try JobDocument.load(path: path)
            case .standardInput: return try JobDocument.loadStandardInput()
            }
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }
}

extension JobDocument {
    /// Throws if a name is there twice.
    static func checkNames(_ names: [String]) throws {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw CommandFailure(.usage, "the job \(name) is given twice; each file needs a name of its own")
        }
    }
}

extension CrawlDatabase {
    /// Whether there is a job of a name.
    func hasJob(_ name: String) throws -> Bool {
        do throws(StoreError) {
            return try read { try $0.job(named: name) } != nil
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Throws where a job that nobody named would take the place of another: of one that a job file made, or one with an unfinished run.
    ///
    /// - Parameter keys: those of jobs that the command's own arguments make, and that may be replaced.
    /// - Returns: whether it takes the place of a job of something else.
    @discardableResult
    func checkReplacing(_ job: RunArguments.Job, madeOf keys: Set<String> = JobRecord.keysOfRun) throws
        -> Bool
    {
        guard let document = job.document else { return false }
        do throws(StoreError) {
            let (stored, run) = try read { transaction in
                let stored = try transaction.job(named: job.name)
                return (stored, try stored.flatMap { try transaction.unfinishedRun(of: $0.id) })
            }
            guard let stored, stored.spec != document.json else { return false }
            let ways =
                "go on with it: trawl run \(ShellWord.quoted(job.name)); or give this one a name of its own: --name NAME"
            if run.map({ $0.spec != document.json }) == true {
                throw StoreError(
                    .notFound, "the job \(job.name) has an unfinished run of something else; \(ways)")
            }
            if !stored.isMade(of: keys) {
                throw StoreError(.notFound, "there is a job \(job.name) already, which says more; \(ways)")
            }
            return true
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The unfinished run of the job of a name; nil for none.
    func unfinishedRun(ofJob name: String) throws -> RunRecord? {
        do throws(StoreError) {
            let now = FetchEnvironment.system.wallClock()
            return try read { transaction in
                let gone = try transaction.goneRunners(LinuxProcessTable(), now: now)
                let job = try transaction.job(named: name)
                return try job.flatMap { try transaction.unfinishedRun(of: $0.id) }?.without(gone)
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The job of a name.
    ///
    /// - Throws: `CommandFailure` where there is none.
    func existingJob(_ name: String) throws -> JobRecord {
        do throws(StoreError) {
            if let job = try read({ try $0.job(named: name) }) { return job }
            let known = try read { try $0.jobs().map(\.name) }
            var message = "there is no job \(name)"
            if RunArguments.isFile(name) { message += "; to name the file, write ./\(name)" }
            if !known.isEmpty { message += "; there are: \(known.prefix(10).joined(separator: ", "))" }
            throw StoreError(.notFound, message)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// A run of a job by `latest` or its number.
    func existingRun(_ selector: RunSelector, of job: JobRecord) throws -> RunRecord {
        do throws(StoreError) {
            let run = try read { transaction in
                switch selector {
                case .latest: try transaction.latestRun(of: job.id)
                case .number(let number): try transaction.run(number, of: job.id)
                }
            }
            if let run { return run }
            switch selector {
            case .latest: throw StoreError(.notFound, "\(job.name) has not been run yet")
            case .number(let number): throw StoreError(.notFound, "\(job.name) has no run \(number)")
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension JobRecord {
    /// The keys of jobs that the arguments of `trawl run` make.
    static let keysOfRun: Set<String> = ["name", "urls", "urls_from", "follow"]
    /// The keys of jobs that the arguments of `trawl check` make.
    static let keysOfCheck: Set<String> = [
        "name", "urls", "follow", "check", "accept", "allow_private", "limits", "concurrency", "delay",
        "timeouts", "retry",
    ]

    /// Whether it says nothing beyond these keys.
    fileprivate func isMade(of keys: Set<String>) -> Bool {
        let document = try? JSONSerialization.jsonObject(with: Data(spec.utf8)) as? [String: Any]
        return document?.keys.allSatisfy(keys.contains) == true
    }

    /// The job, which may be run.
    ///
    /// - Parameter store: where it is stored.
    /// - Throws: `CommandFailure` where it is paused.
    func active(in store: any CrawlDatabase) throws -> JobRecord {
        guard isPaused else { return self }
        throw CommandFailure(
            .usage,
            "\(name) is paused; to resume it: UPDATE \(store.tablePrefix)jobs SET state = 'active' WHERE name = '\(name)'"
        )
    }
}
