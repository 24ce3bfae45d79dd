import Foundation
import Testing
import TrawlKit

/// What cannot be run says so before anything is asked for.
@Suite(.timeLimit(.minutes(15))) struct MistakeTests {
    @Test func `a bad job is refused with its line and key`() {
        let error = #expect(throws: TrawlError.self) {
            try Job(yaml: "urls: [http://127.0.0.1/]\ntimeouts: {read: soon}")
        }

        #expect(error?.kind == .job)
        #expect(error?.description.hasPrefix("job:2:18: timeouts.read: ") == true)
    }

    @Test func `a variable without a value is a mistake at once`() {
        let error = #expect(throws: TrawlError.self) { try Job(yaml: "urls: ['http://${var:host}/']") }

        #expect(error?.kind == .job)
        #expect(error?.description.contains("host") == true)
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: TrawlError.self) { try Job(file: "/not/there.yaml") }

        #expect(error?.kind == .job)
        #expect(error?.description.contains("/not/there.yaml") == true)
    }

    @Test func `a store that cannot be opened says why`() {
        let error = #expect(throws: TrawlError.self) { try Store(path: "/not/there/trawl.db") }

        #expect(error?.kind == .database)
        #expect(error?.description.contains("/not/there/trawl.db") == true)
    }

    @Test func `a list without a URL is a mistake, and its job is not kept`() async throws {
        let list = FileManager.default.temporaryDirectory.appending(path: "empty-\(UUID().uuidString)")
        try Data().write(to: list)
        defer { try? FileManager.default.removeItem(at: list) }
        let store = try Store.temporary()
        let job = try Job(yaml: "name: empty\nurls_from: \(list.path)")

        let error = await #expect(throws: TrawlError.self) { for try await _ in store.run(job) {} }
        let reading = #expect(throws: TrawlError.self) { try store.forEachOutcome(ofJob: "empty") { _ in } }

        #expect(error?.kind == .job)
        #expect(error?.description == "empty: there is no URL to fetch")
        #expect(reading?.description == "empty has not been run yet")
    }

    @Test func `a secret that is missing is named`() async throws {
        let store = try Store.temporary()
        let job = try Job(
            yaml: """
                name: api
                requests: [{url: 'http://127.0.0.1:9/', headers: {x: '${env:TRAWLKIT_NOT_SET}'}}]
                """)

        let error = await #expect(throws: TrawlError.self) { for try await _ in store.run(job) {} }

        #expect(error?.kind == .secret)
        #expect(error?.description.contains("TRAWLKIT_NOT_SET") == true)
    }
}
