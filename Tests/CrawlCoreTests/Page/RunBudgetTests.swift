import CrawlCore
import Testing

/// What may be done in one go at a run.
final class RunBudgetTests {
    private let start = MonotonicInstant(sinceBoot: .seconds(1_000))
    private var limits = JobSpec.Limits()

    private func change(done: Int64 = 0, bytes: Int64 = 0) -> RunProgress {
        var change = RunProgress()
        (change.done, change.sizeDownload) = (done, bytes)
        return change
    }

    @Test func `a process alone has its limits at once`() {
        limits.pages = 10
        var budget = RunBudget(limits, now: start)
        #expect(!asks(&budget, after: 0))
        #expect(room(&budget, claimed: 0) == 10)
        #expect(room(&budget, claimed: 10) == 0)
        let mayGoOn = budget.add(change(done: 4))
        #expect(mayGoOn)
        #expect(budget.met(now: start) == nil)
        _ = budget.add(change(done: 6))
        #expect(budget.met(now: start) == .pages)
    }

    @Test func `a runner among others has what it was allotted, and asks for more`() {
        limits.pages = 10
        var budget = RunBudget(limits, now: start, goAge: .zero)
        #expect(room(&budget, claimed: 0) == 0)
        #expect(budget.isShort)
        #expect(asks(&budget, after: 0))
        #expect(!asks(&budget, after: 100))
        #expect(asks(&budget, after: 200))
        let first = budget.allot(RunBudget.Allotment(pages: 4, isSpent: false, bytes: 0))
        #expect(first)
        #expect(room(&budget, claimed: 0) == 4)
        _ = budget.add(change(done: 4))
        #expect(room(&budget, claimed: 0) == 0)
        let none = budget.allot(RunBudget.Allotment(pages: 4, isSpent: false, bytes: 0))
        #expect(!none)
        #expect(budget.met(now: start) == nil)
        _ = budget.allot(RunBudget.Allotment(pages: 4, isSpent: true, bytes: 0))
        #expect(budget.met(now: start) == .pages)
    }

    @Test func `bytes and time are those of all runners`() {
        limits.bytes = 100
        limits.time = .seconds(60)
        var budget = RunBudget(limits, now: start, goAge: .seconds(50))
        #expect(budget.timeLeft(now: start) == .seconds(10))
        #expect(budget.met(now: start + .seconds(10)) == .time)
        _ = budget.allot(RunBudget.Allotment(pages: 0, isSpent: false, bytes: 90))
        #expect(budget.met(now: start) == nil)
        _ = budget.add(change(bytes: 10))
        #expect(budget.met(now: start) == .bytes)
    }

    private func room(_ budget: inout RunBudget, claimed: Int) -> Int { budget.room(claimed: claimed) }

    private func asks(_ budget: inout RunBudget, after milliseconds: Int64) -> Bool {
        budget.asks(now: start + .milliseconds(milliseconds))
    }
}
