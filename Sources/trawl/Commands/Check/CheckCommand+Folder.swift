internal import CrawlCore
internal import CrawlFetch

/// Folders in the place of sites.
extension CheckCommand {
    /// The job that checks a folder. Its pages are all those of the folder, whether links lead to them or not.
    func job(of site: FolderSite) throws -> RunArguments.Job {
        let exclude = follow.settings.filter { $0.key == "exclude" }
        if let setting = follow.settings.first(where: { $0.key != "exclude" }) {
            throw CommandFailure(.usage, "\(setting.flag) is for sites: of a folder all pages are read")
        }
        var settings = exclude + check.settings.filter { $0.key != "external" } + pace.settings
        settings.append(
            .init(flag: "--external", section: "check", key: "external", value: .flag(folder.external)))
        let name = name ?? CheckFolderOptions.jobName(ofFolder: urls[0])
        let made = CommandLineJob(name: name, urls: [site.base.href], settings: settings)
        return RunArguments.Job(
            name: made.name, document: try made.document(), isNameImplied: self.name == nil)
    }
}
