import Testing

@testable import LoopbackServer

@Suite struct TimerQueueTests {
    @Test func `calls come out in order of time and not before it`() {
        let start = ContinuousClock.now
        var queue = TimerQueue()
        let offsets = (0..<500).map { $0 * 7919 % 500 }
        for (index, offset) in offsets.enumerated() {
            queue.insert(.init(instant: start + .seconds(offset), descriptor: 0, connection: index))
        }

        #expect(queue.earliest == start)
        #expect(queue.popDue(at: start - .seconds(1)) == nil)
        var out: [Int] = []
        while let call = queue.popDue(at: start + .seconds(249)) { out.append(offsets[call.connection]) }
        #expect(out == Array(0..<250))
        #expect(queue.earliest == start + .seconds(250))
    }
}
