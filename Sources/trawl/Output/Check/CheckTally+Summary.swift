extension CheckTally {
    /// What a check has found, as lines that go on with the summary of its run.
    ///
    /// - Parameter hint: the command that shows more.
    func text(_ palette: Palette, hint: String) -> String {
        var lines: [String] = []
        func add(_ label: String, _ text: String) {
            lines.append("  " + label + String(repeating: " ", count: max(1, 10 - label.count)) + text)
        }
        if broken.links == 0 {
            add("broken", palette.green(known.links == 0 ? "none" : "none that is not known"))
        } else {
            add("broken", palette.red(broken.text) + ": " + CheckTally.text(brokenReasons))
        }
        if unsure.links > 0 { add("unsure", unsure.text + ": " + CheckTally.text(unsureReasons)) }
        if known.links > 0 { add("known", known.text) }
        if links > 0 { add("see", Terminal.sanitized(hint)) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same in one sentence.
    var message: String {
        broken.links == 0 ? "no link is broken" : "\(broken.text) are broken"
    }

    /// The same as a line of the JSON log.
    ///
    /// - Parameter now: unix milliseconds.
    func json(job: String, hint: String, now: Int64) -> String {
        var line = JSONLine()
        line.add("time", Wording.instant(milliseconds: now))
        line.add("level", "notice")
        line.add("message", "\(job): \(message)")
        line.add("job", job)
        line.add("links_broken", broken.links)
        line.add("links_unsure", unsure.links)
        line.add("links_known", known.links)
        line.add("urls_broken", broken.targets)
        line.add("urls_unsure", unsure.targets)
        line.add("see", links > 0 ? hint : nil)
        return line.line
    }
}
