extension DocumentNode {
    /// Makes the paths of files with refresh tokens absolute, since a job is stored without the folder that it was read from.
    mutating func resolveTokenFiles(_ source: JobSource) {
        if var request = self["request"], request.resolveTokenFile(source) { set("request", to: request) }
        guard var list = self["requests"], case .list(var requests) = list.content else { return }
        var isChanged = false
        for index in requests.indices where requests[index].resolveTokenFile(source) { isChanged = true }
        guard isChanged else { return }
        list.content = .list(requests)
        set("requests", to: list)
    }

    /// - Returns: whether the mapping has such a path.
    private mutating func resolveTokenFile(_ source: JobSource) -> Bool {
        guard case .text(let path, _)? = self["auth"]?["oauth2"]?["refresh_token_file"]?.content,
            !path.isEmpty
        else { return false }
        set(["auth", "oauth2", "refresh_token_file"], to: source.resolve(path))
        return true
    }
}
