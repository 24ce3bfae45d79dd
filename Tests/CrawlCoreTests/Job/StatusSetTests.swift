import CrawlCore
import Testing

/// Sets of HTTP statuses.
@Suite struct StatusSetTests {
    /// All statuses of a set, and whatever else it claims to hold.
    private func members(_ set: StatusSet) -> [Int] { (-700...1_300).filter(set.contains) }

    @Test func `a new set is empty`() {
        #expect(members(StatusSet()) == [])
    }

    @Test func `the standard set is 200 to 299 and 304`() {
        #expect(members(.standard) == Array(200...299) + [304])
    }

    @Test(arguments: [100...100, 599...599, 191...193, 255...320, 100...599])
    func `a set holds what was inserted and nothing else`(range: ClosedRange<Int>) {
        var set = StatusSet()

        set.insert(range)

        #expect(members(set) == Array(range))
    }

    @Test func `what is inserted twice is in it once, and nothing goes missing`() {
        var set = StatusSet()

        set.insert(404...410)
        set.insert(408...418)

        #expect(members(set) == Array(404...418))
    }

    @Test(arguments: [Int.min, -1, 0, 99, 600, 639, 640, Int.max])
    func `no set holds what is no status`(number: Int) {
        var set = StatusSet()

        set.insert(100...599)

        #expect(!set.contains(number))
    }
}
