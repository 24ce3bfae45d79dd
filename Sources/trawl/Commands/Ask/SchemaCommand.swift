internal import ArgumentParser
internal import JobFile

/// `trawl schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of job files, for editors and validators.",
        discussion: """
            Editors with yaml-language-server complete and check a job file that begins with the line \
            # yaml-language-server: $schema=job.schema.json, where that file was made by \
            trawl schema > job.schema.json.
            """)

    func run() throws {
        try Terminal.put(JobDocument.jsonSchema)
    }
}
