/// What a host takes of requests that it counts, together or in pools of their own.
///
/// A host says with each reply how many more requests it takes. Replies come in another order than the host counts, so what one says
/// is out of date by the requests that were under way meanwhile. All of these count as not counted yet: requests stop too early
/// rather than too late, and the last ones go out one by one.
///
/// Only hosts that say something have this, and those of jobs that name pools.
struct HostPools {
    /// Requests that count together.
    private struct Pool {
        var interval: Duration = .zero
        /// The earliest next start, by the interval.
        var nextStart: MonotonicInstant?
        var allowance: Allowance?
        var inFlight = 0
        /// How many have ended.
        var finished = 0
    }

    private struct Allowance {
        /// How many more may start; below zero where more are under way than the host may take.
        var left: Int
        /// How many the host said last that it takes.
        var said: Int
        /// When there are more.
        var until: MonotonicInstant
        var refill = RateAllowance.Refill.unknown
    }

    /// The first is that of all requests that are in no other.
    private var pools: [Pool]
    /// The pools of requests, by the requests' names.
    private var byRequest: [String: Int] = [:]
    private var byName: [String: Int] = [:]
    /// How often in a row the host refused requests because of a limit, and when it did last.
    private var refusals = 0
    private var refusedAt: MonotonicInstant?
    /// When the gate looks at the host again, where it waits.
    var wake: MonotonicInstant?

    /// How many refusals in a row cost a request none of its attempts. Those of requests that were under way together are one.
    static let freeRefusals = 10
    /// The shortest wait before an allowance counts as full again, where nothing says how long it takes.
    private static let leastWindow: Duration = .seconds(1)
    /// The most pools that a host may make by naming them.
    private static let mostPools = 64
    /// The most requests whose pools are kept by what a host says. A list may give each of its lines a name.
    private static let mostNames = 1_000

    /// - Parameters:
    ///   - rules: the pools that the job names, by the names of its requests.
    ///   - inFlight: requests that are under way already, of no pool.
    init(_ rules: [String: PoolRule], inFlight: Int) {
        pools = [Pool(inFlight: inFlight)]
        for (request, rule) in rules {
            let index = index(of: rule.pool)
            byRequest[request] = index
            pools[index].interval = max(pools[index].interval, rule.interval)
        }
    }

    private mutating func index(of name: String) -> Int {
        if let index = byName[name] { return index }
        guard pools.count < Self.mostPools else { return 0 }
        pools.append(Pool())
        byName[name] = pools.count - 1
        return pools.count - 1
    }

    /// The pool of a request, by its name; 0 for that of all others.
    func pool(of request: PageRequest) -> Int {
        request.page?.name.flatMap { byRequest[$0] } ?? 0
    }

    /// When the next request of a pool may start; nil for any time.
    func start(of pool: Int) -> MonotonicInstant? {
        let pool = pools[pool]
        guard let allowance = pool.allowance, allowance.left <= 0 else { return pool.nextStart }
        if allowance.said > 0, pool.inFlight == 0 { return pool.nextStart }
        return max(allowance.until, pool.nextStart ?? allowance.until)
    }

    /// How long a pool takes nothing since its allowance is used up.
    func pause(of pool: Int, now: MonotonicInstant) -> Duration {
        guard let allowance = pools[pool].allowance, allowance.said <= 0, allowance.left <= 0 else {
            return .zero
        }
        return max(allowance.until - now, .zero)
    }

    /// How long the request waits that is so many places behind the pool's next one.
    func wait(of pool: Int, behind places: Int, now: MonotonicInstant) -> Duration {
        var wait = pause(of: pool, now: now)
        if let next = pools[pool].nextStart { wait = max(wait, next - now + pools[pool].interval * places) }
        return wait
    }

    /// Whether there are pools beside that of all other requests.
    var hasNames: Bool { pools.count > 1 }

    /// How many requests of a pool have ended.
    func finished(of pool: Int) -> Int { pools[pool].finished }

    /// Notes that a request starts.
    mutating func started(_ pool: Int, now: MonotonicInstant) {
        pools[pool].inFlight += 1
        if pools[pool].interval > .zero { pools[pool].nextStart = now + pools[pool].interval }
        guard var allowance = pools[pool].allowance else { return }
        if allowance.until <= now {
            switch allowance.refill {
            case .unknown:
                pools[pool].allowance = nil
                return
            case .window(let limit, let time):
                (allowance.left, allowance.said) = (limit, limit)
                allowance.until = now + (time ?? Self.leastWindow)
            case .bucket(let each):
                allowance.left = max(allowance.left, 0) + 1
                allowance.until = now + each
            }
        }
        allowance.left -= 1
        pools[pool].allowance = allowance
    }

    /// Notes that a request goes out.
    mutating func sent(_ pool: Int, now: MonotonicInstant) {
        if pools[pool].interval > .zero { pools[pool].nextStart = now + pools[pool].interval }
    }

    /// Notes that a request has ended.
    ///
    /// - Parameters:
    ///   - pool: that it started in.
    ///   - seen: how many requests of the pool had ended when it started.
    ///   - wasSent: whether the host has it.
    ///   - name: of the request.
    ///   - allowance: what its reply says of further ones.
    /// - Returns: the pool that the reply speaks of.
    mutating func finished(
        _ pool: Int, seen: Int, wasSent: Bool, name: String?, _ allowance: RateAllowance?,
        now: MonotonicInstant
    ) -> Int {
        pools[pool].inFlight -= 1
        pools[pool].finished += 1
        guard wasSent else {
            pools[pool].allowance?.left += 1
            return pool
        }
        guard let allowance else { return pool }
        var target = pool
        // What the job says of its requests goes before what the host calls them.
        if pool == 0, let name, let resource = allowance.pool, byRequest.count < Self.mostNames {
            target = index(of: resource)
            byRequest[name] = target
        }
        let since = target == pool ? pools[pool].finished - seen - 1 : 0
        pools[target].allowance = Allowance(
            left: allowance.remaining - pools[target].inFlight - since, said: allowance.remaining,
            until: now + allowance.reset, refill: allowance.refill)
        return target
    }

    /// Starts nothing of a pool for a while.
    mutating func pause(_ pool: Int, for wait: Duration, now: MonotonicInstant) {
        let until = now + wait
        if let allowance = pools[pool].allowance, allowance.left <= 0, allowance.until >= until { return }
        pools[pool].allowance = Allowance(left: 0, said: 0, until: until)
    }

    /// Notes that the host refused a request because of a limit.
    ///
    /// - Returns: how often it did in a row, from 1. Requests that were under way when it refused another add nothing.
    mutating func refused(startedAt: MonotonicInstant, now: MonotonicInstant) -> Int {
        guard refusedAt.map({ startedAt >= $0 }) ?? true else { return max(refusals, 1) }
        refusals += 1
        refusedAt = now
        return refusals
    }

    /// Notes that the host answered a request. One that was under way when it refused another says nothing of now.
    mutating func answered(startedAt: MonotonicInstant) {
        if refusedAt.map({ startedAt >= $0 }) ?? true { refusals = 0 }
    }

    /// The pools that take nothing for a while, by the requests that are in them, in the order of these.
    func paused(now: MonotonicInstant) -> [HostCondition.PausedPool] {
        byName.flatMap { name, index in
            let wait = pause(of: index, now: now)
            guard wait > .zero else { return [HostCondition.PausedPool]() }
            return byRequest.filter { $0.value == index }.map {
                .init(request: $0.key, pool: name, wait: wait)
            }
        }.sorted { $0.request < $1.request }
    }

    /// Starts nothing of a pool for a while, as another process has left it.
    mutating func restore(_ paused: HostCondition.PausedPool, now: MonotonicInstant) {
        if byRequest[paused.request] == nil { byRequest[paused.request] = index(of: paused.pool) }
        guard let pool = byRequest[paused.request], pool != 0 else { return }
        pause(pool, for: paused.wait, now: now)
    }

    /// The least that the host takes of any pool now, and for how long; nil where it has said nothing.
    func tightest(now: MonotonicInstant) -> (remaining: Int, reset: Duration)? {
        pools.compactMap { pool in
            pool.allowance.flatMap { $0.until > now ? ($0.said, $0.until - now) : nil }
        }.min { $0.0 < $1.0 }
    }
}
