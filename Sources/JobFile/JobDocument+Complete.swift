internal import CrawlCore

extension JobDocument {
    /// The job as a job file that says every setting, also those that were left to their defaults.
    ///
    /// Read again, it gives the same ``spec``. What has no default but "none" is there only where the job has it.
    ///
    /// - Parameter urlLimit: how many URLs and requests are written; what is left out is said in a comment.
    package func complete(urlLimit: Int = .max) -> String {
        let file = try? JSONComposer.compose(json)
        var text = ""
        for field in JobSchema.root.fields {
            if spec.schedule.cron == nil, ScheduleSchema.dependentKeys.contains(field.name) { continue }
            guard let value = field.written(spec) ?? file?[field.name] else { continue }
            if ["urls", "requests"].contains(field.name), case .list(let elements) = value.content {
                text += "\(field.name):\n"
                for element in elements.prefix(urlLimit) { text += "  - \(element.line(.yaml))\n" }
                if elements.count > urlLimit { text += "  # and \(elements.count - urlLimit) more\n" }
            } else {
                text += "\(field.name): \(value.line(.yaml))\n"
            }
        }
        return text
    }
}
