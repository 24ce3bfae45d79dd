internal import CrawlCore
internal import Glibc
internal import JobFile
internal import Logging

/// The arguments of `trawl run`: each is a stored job, else a file, else a URL, else the name of a host.
struct RunArguments {
    /// A job that is to be run.
    struct Job {
        let name: String
        /// What is to be stored under the name; nil where it is stored already.
        let document: JobDocument?
        /// Whether nobody chose the name: it is that of a host or of a list.
        let isNameImplied: Bool
    }

    let arguments: [String]
    /// The path of a list that a flag names, `-` for standard input; nil for none.
    let list: String?
    /// The name of a job made of URLs or of a list; nil for that of the host or the list.
    let name: String?
    /// The flags of such a job.
    let settings: [CommandLineJob.Setting]
    /// What goes before the names of hosts; nil for https, about which a word is said.
    let scheme: DefaultScheme?

    /// What an argument stands for.
    private enum Meaning {
        case job(String)
        case jobFile(JobDocument)
        /// The path of a list, or `-`.
        case list(String)
        case address(AddressArgument)
    }

    /// Reads and checks all that the arguments name. URLs of one host are one job.
    ///
    /// - Parameter isStored: whether there is a job of a name.
    /// - Throws: `CommandFailure` for the first argument that names nothing.
    func jobs(_ logger: Logger, isStored: (String) throws -> Bool) throws -> [Job] {
        var jobs: [Job] = []
        var made: [CommandLineJob] = []
        if let list {
            // Before there is a database with a job that cannot be run.
            if list != "-", access(list, R_OK) != 0 {
                throw CommandFailure(.usage, "\(list): cannot be read: \(String(cString: strerror(errno)))")
            }
            try add(list: list, to: &made)
        }
        for argument in arguments {
            switch try meaning(of: argument, isStored: isStored) {
            case .job(let stored):
                try checkFlags(for: argument, "a job that is stored")
                jobs.append(Job(name: stored, document: nil, isNameImplied: false))
            case .jobFile(let document):
                try checkFlags(for: argument, "a job file")
                jobs.append(Job(name: document.spec.name, document: document, isNameImplied: false))
            case .list(let path):
                try add(list: path, to: &made)
            case .address(let address):
                address.announce(logger)
                try add(to: &made, named: name ?? address.jobName()) { $0.urls.append(address.url) }
            }
        }
        jobs += try made.map {
            Job(name: $0.name, document: try $0.document(), isNameImplied: name == nil)
        }
        try JobDocument.checkNames(jobs.map(\.name))
        return jobs
    }

    private func add(list path: String, to made: inout [CommandLineJob]) throws {
        let stem = path == "-" ? JobSource.standardInput.name : JobSource.file(path).name
        try add(to: &made, named: stem) { job in
            guard job.urlsFrom == nil else {
                throw CommandFailure(
                    .usage, "\(path): the job \(job.name) has a list already; run each by itself")
            }
            job.urlsFrom = path
        }
    }

    private func add(
        to made: inout [CommandLineJob], named implied: String,
        _ change: (inout CommandLineJob) throws -> Void
    ) throws {
        let name = name ?? implied
        let index = made.firstIndex { $0.name == name } ?? made.endIndex
        if index == made.endIndex {
            made.append(CommandLineJob(name: name, urls: [], settings: settings))
        }
        try change(&made[index])
    }

    /// Throws where flags are given that belong to a job made of URLs or of a list.
    private func checkFlags(for argument: String, _ what: String) throws {
        guard let flag = name.map({ _ in "--name" }) ?? settings.first?.flag else { return }
        throw CommandFailure(
            .usage, "\(flag) goes with URLs and lists of them; \(argument) is \(what), which says that itself"
        )
    }

    private func meaning(of argument: String, isStored: (String) throws -> Bool) throws -> Meaning {
        if argument == "-" { return try standardInput() }
        let address = AddressArgument(argument, scheme)
        let isFile = Self.isFile(argument)
        // With flags for a new job, a host's name means the host, also once there is a job of that name.
        let isNew = (name != nil || !settings.isEmpty) && (isFile || address != nil)
        if case .name = JobArgument(argument), !isNew, try isStored(argument) { return .job(argument) }
        let isPath = ["/", "./", "../"].contains(where: argument.hasPrefix)
        if isFile || isPath { return try file(argument) }
        if let address { return .address(address) }
        if case .file(let path) = JobArgument(argument) { return try file(path) }
        // A list that is missing is not a job that is missing.
        return AddressArgument.isFileName(argument) ? try file(argument) : .job(argument)
    }

    private func file(_ path: String) throws -> Meaning {
        if [".yaml", ".yml", ".json"].contains(where: path.hasSuffix) { return try jobFile(.file(path)) }
        switch URLListProbe.kind(ofFile: path) {
        case .jobFile: return try jobFile(.file(path))
        case .list: return .list(path)
        case .neither(let line, let text): throw Self.failure(path, line, text)
        }
    }

    private func standardInput() throws -> Meaning {
        switch try StandardInput.kind() {
        case .jobFile: return try jobFile(.standardInput)
        case .list: return .list("-")
        case .neither(let line, let text): throw Self.failure("standard input", line, text)
        }
    }

    private func jobFile(_ argument: JobArgument) throws -> Meaning {
        guard let document = try argument.document() else { preconditionFailure("a file has a document") }
        return .jobFile(document)
    }

    private static func failure(_ label: String, _ line: Int, _ text: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(label):\(line): neither a job file nor a list of URLs: \"\(text.prefix(60))\"; a list has one URL a line, such as https://example.org/"
        )
    }

    /// Whether there is a file of this name. A folder is none, so that one that is called as a host is not in the way.
    static func isFile(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFDIR
    }
}
