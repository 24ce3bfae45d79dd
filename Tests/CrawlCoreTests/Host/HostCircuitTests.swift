import CrawlCore
import Testing

/// The circuit breaker of one host.
@Suite struct HostCircuitTests {
    private let start = MonotonicInstant.now
    private let policy = HostCircuit.Policy()

    private func fail(_ circuit: inout HostCircuit, after seconds: Int) -> HostCircuit.Verdict {
        circuit.failed(fraction: 0, policy: policy, now: start + .seconds(seconds))
    }

    /// A circuit that has opened at the start.
    private func opened() -> HostCircuit {
        var circuit = HostCircuit()
        for _ in 0..<10 { _ = fail(&circuit, after: 0) }
        return circuit
    }

    @Test func `the tenth failure in a row opens the circuit`() {
        var circuit = HostCircuit()

        let verdicts = (0..<10).map { _ in fail(&circuit, after: 0) }

        #expect(verdicts.prefix(9).allSatisfy { $0 == .counted })
        #expect(verdicts.last == .setAside(until: start + .seconds(30)))
        #expect(circuit.state == .open(until: start + .seconds(30)))
    }

    @Test func `until then requests start as they like`() {
        var circuit = HostCircuit()
        for _ in 0..<9 { _ = fail(&circuit, after: 0) }

        #expect(circuit.allowsStart(inFlight: 64, now: start))
    }

    @Test func `an open circuit lets nothing through before its time`() {
        let circuit = opened()

        #expect(!circuit.allowsStart(inFlight: 0, now: start))
        #expect(!circuit.allowsStart(inFlight: 0, now: start + .milliseconds(29_999)))
        #expect(circuit.allowsStart(inFlight: 0, now: start + .seconds(30)))
    }

    @Test func `a probe waits for what is under way`() {
        #expect(!opened().allowsStart(inFlight: 1, now: start + .seconds(31)))
    }

    @Test func `failures of what was sent before the circuit opened use no attempt and count no more`() {
        var circuit = opened()

        let verdicts = (0..<54).map { fail(&circuit, after: $0 / 4) }

        #expect(verdicts.allSatisfy { $0 == .setAside(until: start + .seconds(30)) })
        #expect(circuit == opened())
    }

    @Test func `one probe goes out at a time`() {
        var circuit = opened()
        circuit.started()

        #expect(circuit.state == .halfOpen)
        #expect(!circuit.allowsStart(inFlight: 0, now: start + .seconds(10_000)))
    }

    @Test func `a probe that fails opens the circuit for twice as long`() {
        var circuit = opened()
        circuit.started()

        #expect(fail(&circuit, after: 40) == .setAside(until: start + .seconds(100)))
        #expect(circuit.failures == 11)
    }

    @Test func `a probe that tells nothing is made again`() {
        var circuit = opened()
        circuit.started()
        circuit.abandoned(now: start + .seconds(31))

        #expect(circuit.allowsStart(inFlight: 0, now: start + .seconds(31)))
        #expect(circuit.failures == 10)
    }

    @Test func `what tells nothing changes nothing else`() {
        var closed = HostCircuit()
        closed.abandoned(now: start)
        var open = opened()
        open.abandoned(now: start)

        #expect(closed == HostCircuit())
        #expect(open == opened())
    }

    @Test func `after the fifth failed probe the host is given up`() {
        var circuit = opened()
        var verdicts: [HostCircuit.Verdict] = []
        for second in [100, 200, 400, 800, 1600] {
            circuit.started()
            verdicts.append(fail(&circuit, after: second))
        }

        #expect(
            verdicts == [160, 320, 640, 1280].map { .setAside(until: start + .seconds($0)) } + [.givenUp])
        #expect(circuit.state == .givenUp)
        #expect(!circuit.allowsStart(inFlight: 0, now: start + .seconds(1_000_000)))
        #expect(fail(&circuit, after: 1601) == .givenUp)
    }

    @Test func `the waits double up to their cap`() {
        let waits = (0..<8).map { policy.wait(afterProbes: $0, fraction: 0) }

        #expect(waits == [30, 60, 120, 240, 480, 600, 600, 600].map(Duration.seconds))
    }

    @Test(arguments: [(0.5, 67_500), (1, 75_000), (-1, 60_000), (9, 75_000)] as [(Double, Int)])
    func `chance makes a wait up to a quarter longer`(fraction: Double, milliseconds: Int) {
        #expect(policy.wait(afterProbes: 1, fraction: fraction) == .milliseconds(milliseconds))
    }

    @Test(arguments: [33, 64, Int.max, Int.min]) func `no number of probes overflows`(probes: Int) {
        var policy = HostCircuit.Policy()
        policy.wait = .seconds(365 * 86_400)
        policy.longestWait = .seconds(365 * 86_400)

        #expect(policy.wait(afterProbes: probes, fraction: 1) == policy.longestWait)
    }

    @Test func `a circuit that was stored is gone on with`() {
        func restored(_ failures: Int, seconds: Int = 20) -> HostCircuit {
            HostCircuit(restoring: failures, wait: .seconds(seconds), policy: policy, now: start)
        }

        #expect(restored(0) == HostCircuit())
        #expect(restored(-5) == HostCircuit())
        #expect(restored(9).state == .closed)
        #expect(restored(10).state == .open(until: start + .seconds(20)))
        #expect(restored(14, seconds: -100).state == .open(until: start))
        #expect(restored(12, seconds: 1_000_000).state == .open(until: start + .seconds(600)))
    }

    @Test(arguments: [14, 15, 16, Int.max]) func `a host that was given up gets one more probe`(failures: Int)
    {
        var circuit = HostCircuit(restoring: failures, wait: .zero, policy: policy, now: start)

        #expect(circuit.allowsStart(inFlight: 0, now: start))
        circuit.started()
        #expect(fail(&circuit, after: 10) == .givenUp)
    }

    @Test func `a failure after restoring is the one that would have come`() {
        var circuit = opened()
        var restored = HostCircuit(
            restoring: circuit.failures, wait: .seconds(30), policy: policy, now: start)
        circuit.started()
        restored.started()

        #expect(fail(&circuit, after: 30) == fail(&restored, after: 30))
        #expect(circuit == restored)
    }

    @Test func `only what never reached the host tells against it`() {
        #expect(
            ErrorKind.allCases.filter { $0.hasReachedHost == false } == [
                .dns, .connect, .tls, .timeoutConnect,
            ])
        #expect(ErrorKind.httpStatus.hasReachedHost == true)
        #expect(ErrorKind.cancelled.hasReachedHost == nil)
    }

    @Test func `a host that can be reached costs little`() {
        #expect(MemoryLayout<HostCircuit?>.size <= 32)
    }
}
