import Glibc
import Testing
import TrawlTestSupport

@testable import Curl

/// Whose fault it is that a name was not resolved.
@Suite struct NameDiagnosisTests {
    @Test func `what the resolver says of a name tells whose fault it is`() {
        #expect(NameDiagnosis.Verdict(EAI_NONAME) == .noName)
        // EAI_NODATA: the name is there, and has no address.
        #expect(NameDiagnosis.Verdict(-5) == .noName)
        #expect(NameDiagnosis.Verdict(EAI_AGAIN) == .resolver("Temporary failure in name resolution"))
        #expect(NameDiagnosis.Verdict(0) == .resolved)
        #expect(NameDiagnosis.Verdict.noName.words.contains("check its spelling"))
        #expect(NameDiagnosis.Verdict(EAI_AGAIN).words.contains("/etc/resolv.conf"))
    }

    @Test(.timeLimit(.minutes(15)))
    func `the first failure says how to find out, a later one what was found`() async throws {
        let diagnosis = NameDiagnosis()
        let message = "Could not resolve host: localhost"

        let first = diagnosis.explain(message)
        try await eventually("the look-up of localhost, which needs no server") {
            diagnosis.explain(message).hasSuffix(NameDiagnosis.Verdict.resolved.words)
        }

        #expect(first.hasPrefix("\(message): "))
        #expect(first.contains("getent ahosts localhost"))
    }

    @Test func `only a name that does not exist is said not to`() {
        let message = "Could not resolve host: a.example: "
        #expect(NameDiagnosis.saysNoName(message + NameDiagnosis.Verdict.noName.words))
        for verdict in [NameDiagnosis.Verdict.unknown("a.example"), .resolver("timed out"), .resolved] {
            #expect(!NameDiagnosis.saysNoName(message + verdict.words))
        }
    }

    @Test func `a message without a name stays as it is`() {
        #expect(NameDiagnosis().explain("Couldn't resolve host name") == "Couldn't resolve host name")
    }
}
