internal import CrawlCore
internal import CrawlFetch

extension NetrcFile {
    /// The file of the user that runs the program: `$HOME/.netrc`.
    ///
    /// - Throws: `SecretFailure` where it cannot be read.
    init(of environment: FetchEnvironment) throws(SecretFailure) {
        let home = try environment.secret(.environment("HOME")).get()
        self.init(try environment.secret(.file(home + "/.netrc")).get())
    }
}
