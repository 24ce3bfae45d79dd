import CrawlCore
import Testing

/// Crawls of hosts that come and go, step by random step.
@Suite struct HostCircuitSimulationTests {
    private struct Simulation {
        let perHost = 8
        let policy = HostCircuit.Policy()
        var generator: SeededGenerator
        var now = MonotonicInstant.now
        var circuit: HostCircuit?
        var inFlight = 0
        var isUp = true
        /// Attempts that pages have used since the host was reached last.
        var counted = 0
        var openUntil: MonotonicInstant?

        init(seed: UInt64) { generator = SeededGenerator(state: seed) }

        mutating func step() {
            now += .milliseconds(Int.random(in: 0...4_000, using: &generator))
            switch Int.random(in: 0..<100, using: &generator) {
            case 0: isUp.toggle()
            case 1..<50: start()
            default: if inFlight > 0 { finish() }
            }
        }

        private mutating func start() {
            guard inFlight < perHost, circuit?.allowsStart(inFlight: inFlight, now: now) ?? true else {
                return
            }
            if let openUntil {
                #expect(now >= openUntil)
                #expect(inFlight == 0)
            }
            circuit?.started()
            inFlight += 1
        }

        private mutating func finish() {
            inFlight -= 1
            if Int.random(in: 0..<50, using: &generator) == 0 {
                circuit?.abandoned(now: now)
            } else if isUp {
                (circuit, openUntil, counted) = (nil, nil, 0)
            } else {
                var failing = circuit ?? HostCircuit()
                let fraction = Double.random(in: 0...1, using: &generator)
                switch failing.failed(fraction: fraction, policy: policy, now: now) {
                case .counted: counted += 1
                case .setAside(let until): openUntil = until
                case .givenUp: #expect(failing.failures == policy.failures + policy.probes)
                }
                circuit = failing
            }
            #expect(counted < policy.failures)
        }
    }

    @Test(arguments: 0..<20) func `no walk sends before its time, or two probes at once`(seed: UInt64) {
        var simulation = Simulation(seed: seed)
        var outages = 0
        for _ in 0..<5_000 {
            simulation.step()
            if case .open = simulation.circuit?.state { outages += 1 }
            // The run after this one.
            if simulation.circuit?.state == .givenUp {
                #expect(simulation.inFlight == 0 || !simulation.isUp)
                simulation.circuit = nil
                simulation.openUntil = nil
                simulation.counted = 0
            }
        }
        #expect(outages > 0)
    }

    @Test func `of a thousand pages of a dead host nine lose an attempt`() {
        let policy = HostCircuit.Policy()
        var now = MonotonicInstant.now
        var circuit = HostCircuit()
        var (counted, starts, inFlight) = (0, 0, 0)
        while circuit.state != .givenUp {
            while inFlight < 64, circuit.allowsStart(inFlight: inFlight, now: now) {
                circuit.started()
                starts += 1
                inFlight += 1
            }
            while inFlight > 0 {
                inFlight -= 1
                if circuit.failed(fraction: 0, policy: policy, now: now) == .counted { counted += 1 }
            }
            now += .seconds(1)
        }

        #expect(counted == 9)
        #expect(starts == 64 + 5)
    }
}
