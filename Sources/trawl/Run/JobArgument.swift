internal import TrawlSQLite
internal import TrawlStore
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

extension SQLiteStore {
    /// The job of a name.
    ///
    /// - Throws: `CommandFailure` where there is none.
    func existingJob(_ name: String) throws -> JobRecord {
        do throws(StoreError) {
            if let job = try read({ try $0.job(named: name) }) { return job }
            let known = try read { try $0.jobs().map(\.name) }
            var message = "there is no job \(name)"
            if access(name, F_OK) == 0 { message += "; to name the file, write ./\(name)" }
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
