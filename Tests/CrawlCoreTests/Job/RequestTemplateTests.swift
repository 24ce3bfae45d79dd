import CrawlCore
import Testing

/// Requests as a job describes them.
@Suite struct RequestTemplateTests {
    private func template(_ change: (inout RequestTemplate) -> Void) -> RequestTemplate {
        var template = RequestTemplate(JobSpec(name: "job"))
        template.url = "http://example.org/"
        change(&template)
        return template
    }

    @Test func `what a request does not say its job says`() {
        var job = JobSpec(name: "job")
        job.accept = StatusSet()
        job.timeouts.read = .seconds(3)
        job.retry.attempts = 7
        job.extract = [ExtractionField(name: "x", source: .json("$.x"))]
        let template = RequestTemplate(job)

        #expect(template.accept == StatusSet())
        #expect(template.timeouts.read == .seconds(3))
        #expect(template.retry.attempts == 7)
        #expect(template.extract.map(\.name) == ["x"])
    }

    @Test func `a body makes it a POST, unless it has a method`() {
        #expect(template { _ in }.effectiveMethod == "GET")
        #expect(template { $0.body = .text("") }.effectiveMethod == "POST")
        #expect(
            template {
                $0.body = .json("{}")
                $0.method = "PUT"
            }.effectiveMethod == "PUT")
    }

    @Test(arguments: [
        ("http://a/", "http://a/?q=1+2&r=%26"), ("http://a/?x", "http://a/?x&q=1+2&r=%26"),
        ("http://a/?", "http://a/?q=1+2&r=%26"), ("http://a/?x&", "http://a/?x&q=1+2&r=%26"),
        ("http://a/#f?g", "http://a/?q=1+2&r=%26#f?g"), ("http://a/?x#f", "http://a/?x&q=1+2&r=%26#f"),
    ])
    func `the query goes behind that of the URL, before its fragment`(url: String, full: String) {
        let template = template {
            $0.url = url
            $0.query = [.init(name: "q", value: "1 2"), .init(name: "r", value: "&")]
        }

        #expect(template.fullURL == full)
    }

    @Test func `references in a query stay as they are, and all around them is encoded`() {
        let template = template { $0.query = [.init(name: "key", value: "a b ${env:KEY}&${var:v}")] }

        #expect(template.fullURL == "http://example.org/?key=a+b+${env:KEY}%26${var:v}")
        #expect(!template.isPlain)
        #expect(template.secrets == [.environment("KEY")])
    }

    @Test func `nothing but a GET of a URL is plain`() {
        #expect(template { _ in }.isPlain)
        #expect(template { $0.query = [.init(name: "q", value: "1")] }.isPlain)
        #expect(!template { $0.method = "HEAD" }.isPlain)
        #expect(!template { $0.details = #"{"headers":{}}"# }.isPlain)
        #expect(!template { $0.url = "http://a/?k=${env:KEY}" }.isPlain)
    }

    @Test func `secrets are found in the URL, the query and what is stored`() {
        let template = template {
            $0.url = "http://a/?k=${env:A}"
            $0.query = [.init(name: "b", value: "${file:/b}")]
            $0.details = #"{"headers":{"X":"${env:C} ${var:d}"}}"#
        }

        #expect(template.secrets == [.environment("A"), .file("/b"), .environment("C")])
    }
}
