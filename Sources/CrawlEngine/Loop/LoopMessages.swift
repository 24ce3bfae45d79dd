/// What a turn has decided, to be told to the loops once it is committed.
struct LoopMessages {
    /// In order, by loop.
    private(set) var byLoop: [[CrawlLoop.Message]]

    init(loops: Int) {
        byLoop = Array(repeating: [], count: loops)
    }

    mutating func add(_ message: CrawlLoop.Message, to loop: Int) {
        byLoop[loop].append(message)
    }

    mutating func addToAll(_ message: CrawlLoop.Message) {
        for loop in byLoop.indices { byLoop[loop].append(message) }
    }

    /// What is there; nothing is left.
    mutating func take() -> [[CrawlLoop.Message]] {
        let taken = byLoop
        byLoop = Array(repeating: [], count: byLoop.count)
        return taken
    }
}
