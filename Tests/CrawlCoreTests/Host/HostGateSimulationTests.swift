import CrawlCore
import Testing

/// Thousands of random steps against a model that is too simple to be wrong.
@Suite struct HostGateSimulationTests {
    /// What the gate must keep to, of one host.
    private struct Host {
        var queue: [Int64] = []
        var inFlight = 0
        var isStarting = false
        var mayStart: MonotonicInstant
        /// Starts of each other host since this one could have started.
        var overtaken: [Int64: Int] = [:]

        func canStart(perHost: Int, now: MonotonicInstant) -> Bool {
            !queue.isEmpty && inFlight < perHost && !isStarting && mayStart <= now
        }

        /// Whether it lets others go first.
        var isPassedOver: Bool { inFlight > 0 && queue.count < 8 }
    }

    private struct Simulation {
        let perHost: Int
        let delay: Duration
        var generator: SeededGenerator
        var now = MonotonicInstant.now
        let gate: TestGate
        var hosts: [Int64: Host] = [:]
        var running: [(slot: HostGate.Slot, host: Int64, wasSent: Bool)] = []
        var added: Int64 = 0
        var started: Set<Int64> = []

        init(perHost: Int, delay: Duration, seed: UInt64) {
            self.perHost = perHost
            self.delay = delay
            generator = SeededGenerator(state: seed)
            gate = TestGate(perHost: perHost, delay: delay)
        }

        mutating func step() throws {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<6: add()
            case 6..<12: try start()
            case 12..<14: send()
            case 14..<17: finish()
            case 17: hold()
            default: now += .milliseconds(Int.random(in: 0...60, using: &generator))
            }
            try check()
        }

        private mutating func add() {
            let host = Int64.random(in: 1...7, using: &generator)
            let isFirst = Int.random(in: 0..<4, using: &generator) == 0
            added += 1
            gate.add(request(added, at: host), first: isFirst, now: now)
            var entry = hosts[host] ?? Host(mayStart: now)
            entry.queue.insert(added, at: isFirst ? 0 : entry.queue.count)
            hosts[host] = entry
        }

        mutating func start() throws {
            let ready = hosts.filter { $0.value.canStart(perHost: perHost, now: now) }
            guard let (request, slot) = gate.next(now: now) else {
                #expect(ready.isEmpty, "hosts \(ready.keys.sorted()) could start and did not")
                return
            }
            let host = request.host.rawValue
            var entry = try #require(ready[host], "host \(host) started and must not")
            let goesFirst = !entry.isPassedOver || ready.values.allSatisfy { $0.isPassedOver }
            #expect(goesFirst, "host \(host) needs another connection and went before one that needs none")
            #expect(entry.queue.first == request.page?.id.rawValue)
            entry.queue.removeFirst()
            entry.inFlight += 1
            if delay > .zero {
                entry.isStarting = true
                entry.mayStart = now + delay
            }
            entry.overtaken = [:]
            hosts[host] = entry
            for (other, entry) in ready where other != host {
                guard !entry.isPassedOver else {
                    hosts[other]?.overtaken = [:]
                    continue
                }
                let starts = hosts[other]?.overtaken[host] ?? 0
                #expect(starts == 0, "host \(host) started twice before host \(other)")
                hosts[other]?.overtaken[host] = starts + 1
            }
            let page = request.page?.id.rawValue ?? -1
            #expect(!started.contains(page), "a request started twice")
            started.insert(page)
            running.append((slot, host, false))
        }

        private mutating func send() {
            guard
                let index = running.indices.filter({ !running[$0].wasSent }).randomElement(using: &generator)
            else { return }
            running[index].wasSent = true
            gate.sent(running[index].slot, now: now)
            guard delay > .zero else { return }
            let host = running[index].host
            guard var entry = hosts[host] else { return }
            entry.isStarting = false
            entry.mayStart = max(entry.mayStart, now + delay)
            hosts[host] = entry
        }

        mutating func finish() {
            guard let index = running.indices.randomElement(using: &generator) else { return }
            let (slot, host, wasSent) = running.remove(at: index)
            gate.finished(slot, wasSent: wasSent, now: now)
            hosts[host]?.inFlight -= 1
            if !wasSent { hosts[host]?.isStarting = false }
        }

        private mutating func hold() {
            let host = Int64.random(in: 1...7, using: &generator)
            let until = now + .milliseconds(Int.random(in: 0...80, using: &generator))
            gate.hold(host, until: until)
            var entry = hosts[host] ?? Host(mayStart: until)
            entry.mayStart = max(entry.mayStart, until)
            hosts[host] = entry
        }

        private mutating func check() throws {
            #expect(gate.queued == hosts.values.reduce(0) { $0 + $1.queue.count })
            let canStart = hosts.values.contains { $0.canStart(perHost: perHost, now: now) }
            #expect(gate.isReady(now: now) == canStart)
            for (host, entry) in hosts where !entry.canStart(perHost: perHost, now: now) {
                hosts[host]?.overtaken = [:]
            }
            // Whoever waits for nothing but the clock is woken in time.
            let wakes = hosts.values
                .filter { !$0.queue.isEmpty && $0.inFlight < perHost && !$0.isStarting && $0.mayStart > now }
                .map(\.mayStart)
            if !canStart, let earliest = wakes.min() {
                let wake = try #require(gate.nextWake, "a host waits and the gate knows no wake")
                #expect(wake <= earliest)
            }
            if let wake = gate.nextWake { #expect(wake > now) }
        }

        /// Lets everything run to its end.
        mutating func drain() throws {
            while gate.queued > 0 || !running.isEmpty {
                try start()
                send()
                finish()
                now += .milliseconds(5)
            }
        }
    }

    @Test(arguments: [(1, 0), (3, 0), (1, 50), (2, 50), (4, 7)])
    func `no step of thousands breaks a limit, a delay, an order or a turn`(perHost: Int, delay: Int) throws {
        var simulation = Simulation(
            perHost: perHost, delay: .milliseconds(delay), seed: UInt64(perHost * 1000 + delay))

        for _ in 0..<4_000 { try simulation.step() }
        try simulation.drain()

        #expect(simulation.started.count == Int(simulation.added))
        #expect(simulation.added > 500)
    }
}
