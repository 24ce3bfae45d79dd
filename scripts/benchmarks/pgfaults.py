"""Crawls a site on loopback with several runners that share one run in PostgreSQL, has faults happen meanwhile, and checks at the
site and in the database that nothing was lost, nothing doubled, and no host asked for more at once than it may be."""

import argparse
import asyncio
import collections
import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from pgrefusals import refusals
from pgserver import Proxy, Server

PER_HOST = 2
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)


class Site:
    """Hosts of so many pages each: page n links to 2n+1 and 2n+2. It counts what it is asked for."""

    def __init__(self, pages, delay):
        self.pages = pages
        self.delay = delay
        self.hits = collections.Counter()
        self.open = collections.Counter()
        self.peak = 0
        self.port = None
        # Whether every page links to all pages of all hosts, in an order of its own.
        self.shuffled_hosts = 0
        # When each request began.
        self.times = []

    def start(self):
        started = threading.Event()

        async def serve():
            server = await asyncio.start_server(self._answer, "0.0.0.0", 0, backlog=1000)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        started.wait()

    def _links(self, number):
        if self.shuffled_hosts:
            urls = [f"http://127.0.1.{host + 1}:{self.port}/p/{n}"
                    for host in range(self.shuffled_hosts) for n in range(self.pages)]
            random.shuffle(urls)
            return urls
        return [f"/p/{n}" for n in (2 * number + 1, 2 * number + 2) if n < self.pages]

    async def _answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                path = head[0].split()[1]
                host = next(line[5:].strip() for line in head if line.lower().startswith("host:"))
                self.hits[host + path] += 1
                self.times.append((time.monotonic(), host))
                self.open[host] += 1
                self.peak = max(self.peak, self.open[host])
                try:
                    # Who was killed asks for nothing any more.
                    end = time.monotonic() + self.delay
                    while time.monotonic() < end and not reader.at_eof():
                        await asyncio.sleep(min(0.02, self.delay))
                    links = "".join(f'<a href="{url}">x</a>' for url in self._links(int(path.rsplit("/", 1)[1])))
                    body = f"<title>{path}</title>{links}".encode()
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    await writer.drain()
                finally:
                    self.open[host] -= 1
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


class Runners:
    """Runners of one job."""

    def __init__(self, trawl, folder, url, count, environments=None):
        self.trawl = trawl
        self.folder = folder
        self.url = url
        self.environments = environments or {}
        self.running = []
        self.killed = []
        for _ in range(count):
            self.start()

    def start(self):
        number = len(self.running)
        url = self.url(number) if callable(self.url) else self.url
        log = open(f"{self.folder}/runner-{number}.log", "a")
        self.running.append(subprocess.Popen(
            [self.trawl, "run", "job.yaml", "--db", url], stdout=log, stderr=log, cwd=self.folder,
            env={**os.environ, **self.environments.get(number, {})}))

    def alive(self):
        return [runner for runner in self.running if runner.poll() is None]

    def exits(self):
        return [runner.returncode for runner in self.running if runner not in self.killed]

    def wait(self):
        for runner in self.running:
            runner.wait()

    def begin(self, server):
        """Waits until all of them are at work, or one has ended."""
        while len(server.runners()) < len(self.running) and len(self.alive()) == len(self.running):
            time.sleep(0.2)


class Trial:
    """What a kind of fault has to do with."""

    def __init__(self, options, folder, site, server):
        self.options = options
        self.folder = folder
        self.site = site
        self.server = server
        self.trawl = os.path.abspath(options.trawl)
        self.chance = random.Random(options.seed)
        self.runners = None
        self.notes = []

    def start(self, url=None, count=None, environments=None, begin=True):
        self.runners = Runners(
            self.trawl, self.folder, url or self.server.url(), count or self.options.runners, environments)
        # A command that cannot open its database ends at once, and says so. What is tried here is a run under way.
        if begin:
            self.runners.begin(self.server)
        return self.runners

    def each(self, fault):
        """Has a fault happen again and again until all runners have ended."""
        count = 0
        while self.runners.alive():
            deadline = time.monotonic() + self.options.every
            while self.runners.alive() and time.monotonic() < deadline:
                time.sleep(0.1)
            alive = self.runners.alive()
            if alive:
                count += 1
                fault(alive)
        self.notes.append(f"{count} faults")

    def note(self, text):
        self.notes.append(text)
        print(f"  {text}", flush=True)

    def logged(self, words):
        return sum(words in open(f"{self.folder}/{name}").read()
                   for name in os.listdir(self.folder) if name.startswith("runner-"))


def cut(trial, alive=None):
    """Connections are cut at any moment of a turn, its COMMIT among them."""
    for _ in range(20):
        trial.server.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trawl'")
        time.sleep(trial.chance.uniform(0, 0.1))


def kill(trial, alive):
    victim = trial.chance.choice(alive)
    victim.kill()
    victim.wait()
    trial.runners.killed.append(victim)
    trial.runners.start()


def stop(trial, alive, seconds=5):
    """A runner stands still, for less than its lease."""
    victim = trial.chance.choice(alive)
    victim.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    victim.send_signal(signal.SIGCONT)


def freeze(trial, alive):
    """A runner stands still for longer than its lease, at whatever it was doing, and goes on."""
    stop(trial, alive, 50)


def restart(trial, alive):
    trial.server.control("restart")


def simple(*faults):
    def kind(trial):
        trial.start()
        trial.each(lambda alive: trial.chance.choice(faults)(trial, alive))
    return kind


def messages(trial):
    """A runner's connection is cut at the n-th message from some moment on, for each n in turn."""
    proxy = Proxy(trial.server)
    through = trial.server.url("127.0.0.1", proxy.port) + "&sslmode=disable&gssencmode=disable"
    trial.start(lambda number: through if number == 0 else trial.server.url())
    number, seen = 0, ""
    while trial.runners.alive():
        turns = trial.server.rows(
            "SELECT commit_no FROM faults.run_runners JOIN faults.runners ON id = runner_id "
            f"WHERE pid = {trial.runners.running[0].pid}")
        # Once it has recorded something again.
        if proxy.cut_after is None and turns != seen:
            number, seen = number + 1, turns
            proxy.cut_after = number
        time.sleep(0.02)
    trial.note(f"{proxy.cuts} connections cut, each a message later than the one before, of {proxy.messages} messages")


def halfopen(trial):
    """What a runner sends does not arrive, and nothing comes back, while the connection stands."""
    proxy = Proxy(trial.server)
    direct = trial.server.url()
    through = trial.server.url("127.0.0.1", proxy.port) + "&sslmode=disable&gssencmode=disable"
    trial.start(lambda number: through if number == 0 else direct)
    time.sleep(trial.options.every)
    proxy.is_frozen = True
    begun = time.monotonic()
    time.sleep(45)
    held = trial.server.rows("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    proxy.is_frozen = False
    trial.note(f"half-open for {time.monotonic() - begun:.0f} s; sessions that waited for a lock at its end: {held[0][0]}")
    trial.runners.wait()


def held(trial):
    """A runner's connection becomes half-open in the middle of a turn's transaction, which holds the locks of its rows."""
    proxy = Proxy(trial.server)
    direct = trial.server.url()
    through = trial.server.url("127.0.0.1", proxy.port) + "&sslmode=disable&gssencmode=disable"
    trial.start(lambda number: through if number == 0 else direct)
    time.sleep(trial.options.every)
    proxy.freezes_at_commit = True
    while not proxy.is_frozen:
        time.sleep(0.01)
    begun = time.monotonic()
    others = trial.runners.running[1:]
    while any(runner.poll() is None for runner in others) and time.monotonic() < begun + 300:
        time.sleep(0.1)
    trial.note(f"half-open as it was about to commit; the others ended after {time.monotonic() - begun:.0f} s "
               f"with {[runner.poll() for runner in others]}")
    proxy.is_frozen = False
    trial.runners.wait()


def crowded(trial):
    """All connections are cut, and for a while none is to be had, as others have taken them."""
    trial.server.rows("CREATE ROLE crawler LOGIN; CREATE SCHEMA faults AUTHORIZATION crawler")
    trial.start(trial.server.url(user="crawler"))
    time.sleep(trial.options.every)
    trial.server.rows("ALTER ROLE crawler CONNECTION LIMIT 0")
    trial.server.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crawler'")
    asked = len(trial.site.times)
    time.sleep(20)
    trial.note(f"no connection for 20 s: {len(trial.site.times) - asked} requests; runners that said so: "
               f"{trial.logged('no connection left')}; still at work: {len(trial.runners.alive())}")
    trial.server.rows("ALTER ROLE crawler CONNECTION LIMIT -1")
    trial.runners.wait()


def away(trial):
    """No server for long."""
    trial.start()
    time.sleep(trial.options.every)
    before = trial.server.rows("SELECT host_id, runner_id FROM faults.frontier WHERE runner_id IS NOT NULL ORDER BY 1")
    memory = [resident(runner) for runner in trial.runners.alive()]
    trial.server.control("stop")
    time.sleep(trial.options.away)
    trial.note(f"without a server for {trial.options.away} s; memory of the runners before {memory} MB, at its end "
               f"{[resident(runner) for runner in trial.runners.alive()]} MB")
    asked = len(trial.site.times)
    trial.server.control("start")
    begun = time.monotonic()
    while len(trial.site.times) == asked and trial.runners.alive():
        time.sleep(0.05)
    trial.note(f"first request {time.monotonic() - begun:.1f} s after the server was there again")
    after = dict(trial.server.rows("SELECT host_id, runner_id FROM faults.frontier WHERE runner_id IS NOT NULL"))
    moved = sum(after.get(host, runner) != runner for host, runner in before)
    trial.note(f"of {len(before)} hosts {moved} had changed hands by then")
    trial.runners.wait()


def resident(process):
    with open(f"/proc/{process.pid}/statm") as memory:
        return int(memory.read().split()[1]) * 4096 // 1_000_000


def failover(trial, environment=None):
    """The server is killed, and a copy that lacks the last commits takes its place."""
    standby = Server(f"{trial.folder}/standby", copy_of=trial.server, environment=environment)
    ports = f"127.0.0.1:{trial.server.port},127.0.0.1:{standby.port}"
    trial.start(f"postgresql://trawl@{ports}/postgres?schema=faults")
    skew = float(standby.rows("SELECT extract(epoch FROM clock_timestamp())")[0][0]) - time.time()
    time.sleep(trial.options.every)
    # From here on the copy hears of nothing more.
    standby.rows("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'")
    standby.rows("SELECT pg_reload_conf()")
    time.sleep(2)
    count = "SELECT count(*) FROM faults.pages WHERE state = 'done'"
    lost = int(trial.server.rows(count)[0][0]) - int(standby.rows(count)[0][0])
    trial.server.control("stop")
    standby.control("promote")
    former, trial.server = trial.server, standby
    trial.note(f"failover: {lost} pages had been recorded that the new server does not know; its clock is {skew:+.0f} s off")
    trial.runners.wait()
    former.end()


def clock(trial):
    """The same, and the new server's clock is five minutes off; so is that of one runner."""
    off = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{trial.options.skew:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    failover(trial, off)


def skew(trial):
    """The clock of one runner is off."""
    off = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{trial.options.skew:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    trial.start(environments={0: off})
    time.sleep(trial.options.every)
    hosts = trial.server.rows(
        "SELECT runner_id, count(*) FROM faults.frontier WHERE runner_id IS NOT NULL GROUP BY 1 ORDER BY 2")
    trial.note(f"hosts by runner {[int(row[1]) for row in hosts]}")
    trial.runners.wait()
    started = trial.server.rows("SELECT (max(claimed_at) - min(claimed_at)) / 1000 FROM faults.batches")[0][0]
    trial.note(f"its clock was {started} s off, at least")


def shares(trial):
    """How many hosts each of the run's runners has, those that have none among them."""
    if trial.server.rows("SELECT to_regclass('faults.run_runners')") == [[""]]:
        return []
    return sorted(int(row[0]) for row in trial.server.rows(
        "SELECT count(host_id) FROM faults.run_runners JOIN faults.runners ON id = runner_id "
        "LEFT JOIN faults.frontier USING (run_id, runner_id) GROUP BY runner_id"))


def load(trial, seconds, role="trawl"):
    """Transactions a second of the server, and statements a second of a role."""
    def read():
        statements = trial.server.rows(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid "
            f"WHERE rolname = '{role}' AND query NOT LIKE '%pg_stat%'")[0][0]
        return int(trial.server.rows("SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database")[0][0]), int(statements)
    if trial.server.psql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").returncode:
        raise RuntimeError("the server counts no statements")
    first = read()
    time.sleep(seconds)
    return [(after - before) / seconds for before, after in zip(first, read())]


def herd(trial):
    """Fifty runners start within a second."""
    count = 50
    begun = time.monotonic()
    trial.start(count=count, begin=False)
    joined = even = None
    while len(trial.runners.alive()) == count and even is None:
        time.sleep(0.2)
        hosts = shares(trial)
        if len(hosts) == count and joined is None:
            joined = time.monotonic()
            trial.note(f"the last one joined after {joined - begun:.1f} s; hosts of each then: {hosts}")
        if joined and min(hosts) >= 0.9 * max(1, sum(hosts) // count):
            even = time.monotonic()
            trial.note(f"hosts were even {even - joined:.1f} s later: {hosts}")
    if trial.runners.alive():
        transactions, statements = load(trial, 10)
        trial.note(f"{transactions:.0f} transactions/s and {statements:.0f} statements/s of {len(trial.runners.alive())} runners")
    trial.runners.wait()


def idle(trial):
    """There is one host, so that all runners but one have nothing to do."""
    trial.server.rows("CREATE ROLE idler SUPERUSER LOGIN")
    trial.start(lambda number: trial.server.url(user="idler" if number else "trawl"), count=1)
    for _ in range(trial.options.runners):
        trial.runners.start()
    time.sleep(10)
    transactions, statements = load(trial, 20, "idler")
    trial.note(f"{transactions:.0f} transactions/s; an idle runner: {statements / trial.options.runners:.2f} statements/s")
    trial.runners.wait()


def orders(trial):
    """Every page links to every other, in another order each time."""
    trial.site.shuffled_hosts = trial.options.hosts
    trial.start()
    trial.runners.wait()
    trial.note(f"deadlocks: {trial.server.logged('deadlock detected')}")


def snapshot(trial):
    """A reader keeps a snapshot for the whole run."""
    trial.start()
    reader = trial.server.session()
    reader.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM faults.pages;\n")
    reader.stdin.flush()
    trial.runners.wait()
    sizes = trial.server.rows(
        "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
        "'faults'::regnamespace ORDER BY pg_total_relation_size(oid) DESC LIMIT 5")
    trial.note(f"table and index bytes: {sizes}")
    reader.kill()


def full(trial):
    """The server's disk is full for a while."""
    trial.start()
    time.sleep(trial.options.every)
    filler = f"{trial.folder}/server/filler"
    with open(filler, "wb") as file:
        try:
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        except OSError:
            pass
    time.sleep(20)
    trial.note(f"runners that said that the disk is full: {trial.logged('disk is full')}; "
               f"still at work: {len(trial.runners.alive())}")
    os.remove(filler)
    if trial.server.psql("SELECT 1").returncode:
        trial.server.control("start")
    trial.runners.wait()


def budget(trial):
    """`limits.pages` and `rate.total` hold over all runners."""
    begun = time.monotonic()
    trial.start(begin=False)
    trial.runners.wait()
    times = sorted(time for time, _ in trial.site.times)
    most = max((sum(start <= other < start + 1 for other in times[number:number + 200])
                for number, start in enumerate(times)), default=0)
    done = trial.server.rows("SELECT count(*) FROM faults.pages WHERE state IN ('done', 'failed')")[0][0]
    by_runner = trial.server.rows("SELECT pages_done FROM faults.run_runners ORDER BY 1")
    gap = min((later - one for one, later in zip(times, times[1:])), default=0)
    trial.note(f"{done} pages settled, by runner {[row[0] for row in by_runner]}; {len(times)} requests in "
               f"{times[-1] - times[0]:.1f} s, at most {most} within a second, closest {1000 * gap:.0f} ms; "
               f"{time.monotonic() - begun:.1f} s in all")


KINDS = {
    "cut": simple(cut), "kill": simple(kill), "stop": simple(stop), "restart": simple(restart),
    "all": simple(cut, kill, stop, restart), "freeze": simple(freeze), "messages": messages, "halfopen": halfopen, "held": held, "crowded": crowded,
    "away": away, "failover": failover, "clock": clock, "skew": skew, "herd": herd, "idle": idle, "orders": orders, "snapshot": snapshot,
    "full": full, "budget": budget,
}
# Pages may be asked for again only where a runner was lost with what it had under way, or the server with what it knew.
ASK_AGAIN = ("kill", "all", "freeze", "halfopen", "held", "away", "failover", "clock")
# A runner that stands still and goes on has requests open that overlap with those of the host's next runner.
OVERLAP = ("freeze", "halfopen", "held", "away", "failover", "clock")


def check(trial, kind):
    options, server, site = trial.options, trial.server, trial.site
    wanted = options.hosts * options.pages
    # A runner that is started as the run ends begins another.
    first = "WHERE run_id = (SELECT min(id) FROM faults.runs)"
    states = dict(server.rows(f"SELECT state, count(*) FROM faults.pages {first} GROUP BY 1"))
    counters = server.rows(f"SELECT pages_pending, pages_done FROM faults.run_counters {first}")[0]
    refused = server.rows("SELECT sum(refused) FROM faults.run_runners")[0][0]
    again = sum(hits - 1 for hits in site.hits.values())
    exits = trial.runners.exits()
    print(f"exit codes {exits}; {wanted} pages, {len(site.hits)} URLs asked for")
    print(f"pages {states}, counters {counters}, asked for again {again}, refused {refused}, peak a host {site.peak}, "
          f"runners taken for gone {trial.logged('going on as a new runner')}")
    if kind == "budget":
        return ["not so many pages as the limit says"] if states.get("done") != str(options.limit) else []
    failures = []
    if states != {"done": str(wanted)}:
        failures.append("pages were lost or doubled")
    if counters != ["0", str(wanted)]:
        failures.append("the counters are not those of the pages")
    if len(site.hits) != wanted:
        failures.append("not every URL was asked for")
    if kind not in ASK_AGAIN and again:
        failures.append("pages were asked for again although no runner was lost")
    if kind not in OVERLAP and site.peak > PER_HOST:
        failures.append("a host was asked for more at once than it may be")
    if any(exits):
        failures.append("a runner failed; see its log")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=[*KINDS, "refusals"], default="all")
    parser.add_argument("--runners", type=int, default=3)
    parser.add_argument("--hosts", type=int, default=60, help="at most 250")
    parser.add_argument("--pages", type=int, default=60, help="of a host")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that an answer takes")
    parser.add_argument("--every", type=float, default=3, help="seconds between two faults, or before the first")
    parser.add_argument("--away", type=float, default=60, help="seconds without a server (away)")
    parser.add_argument("--skew", type=int, default=300, help="seconds by which the new server's clock is off (clock)")
    parser.add_argument("--limit", type=int, default=100, help="limits.pages (budget)")
    parser.add_argument("--rate", type=int, default=20, help="rate.total a second (budget)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--trawl", default=".build/debug/trawl")
    options = parser.parse_args()
    if options.kind == "idle":
        options.hosts = 1
    # The servers and runners end with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = tempfile.mkdtemp(prefix="trawl-pgfaults-")
    os.chmod(folder, 0o755)
    place = f"{folder}/server"
    os.mkdir(place)
    if options.kind == "full":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", place], check=True)
    site = Site(options.pages, options.delay)
    site.start()
    server = Server(place, options="-c shared_preload_libraries=pg_stat_statements")
    trial = Trial(options, folder, site, server)
    failures = ["it did not come to its end"]
    try:
        if options.kind == "refusals":
            failures = refusals(trial.trawl, folder, server)
        else:
            with open(f"{folder}/urls.txt", "w") as urls:
                urls.writelines(f"http://127.0.1.{n + 1}:{site.port}/p/0\n" for n in range(options.hosts))
            with open(f"{folder}/job.yaml", "w") as job:
                job.write(
                    "name: faults\nurls_from: urls.txt\nrobots: ignore\nfollow:\n  depth: 60\ndelay: 0s\n"
                    f"concurrency:\n  total: 32\n  per_host: {PER_HOST}\n")
                if options.kind == "budget":
                    job.write(f"limits:\n  pages: {options.limit}\nrate:\n  total: {options.rate}/s\n")
            print(f"{options.kind}, seed {options.seed}")
            begun = time.monotonic()
            KINDS[options.kind](trial)
            print(f"{', '.join(trial.notes)}; {time.monotonic() - begun:.0f} s")
            failures = check(trial, options.kind)
        for failure in failures:
            print(f"FAILED: {failure}")
        if failures:
            print(f"kept: {folder}")
        return 1 if failures else 0
    finally:
        for runner in trial.runners.alive() if trial.runners else []:
            runner.kill()
        for one in {server, trial.server}:
            one.end()
        if options.kind == "full":
            subprocess.run(["umount", "-l", place], check=False)
        if not failures:
            shutil.rmtree(folder, ignore_errors=True)


sys.exit(main())
