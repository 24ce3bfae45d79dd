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

PER_HOST = 2


class Site:
    """Hosts of so many pages each: page n links to 2n+1 and 2n+2. It counts what it is asked for."""

    def __init__(self, pages, delay):
        self.pages = pages
        self.delay = delay
        self.hits = collections.Counter()
        self.open = collections.Counter()
        self.peak = 0
        self.port = None

    def start(self):
        started = threading.Event()

        async def serve():
            server = await asyncio.start_server(self._answer, "0.0.0.0", 0, backlog=1000)
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        started.wait()

    async def _answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                path = head[0].split()[1]
                host = next(line[5:].strip() for line in head if line.lower().startswith("host:"))
                self.hits[host + path] += 1
                self.open[host] += 1
                self.peak = max(self.peak, self.open[host])
                try:
                    await asyncio.sleep(self.delay)
                    number = int(path.rsplit("/", 1)[1])
                    links = "".join(
                        f'<a href="/p/{n}">{n}</a>' for n in (2 * number + 1, 2 * number + 2) if n < self.pages)
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


class Server:
    """A PostgreSQL server in a folder, reached by a Unix socket. It waits for its disk."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        # The server refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres")
        self._call("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "trawl", "-E", "UTF8", "--no-locale")
        self.control("start")

    def _call(self, program, *arguments):
        subprocess.run(
            [*self.user, f"{self.programs}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def control(self, what):
        options = f"-k {self.folder} -c listen_addresses=''"
        self._call(
            "pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", what, "-o", options,
            "-l", f"{self.folder}/log")

    def end(self):
        self._call("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    @property
    def url(self):
        return f"postgresql://trawl@{self.folder.replace('/', '%2F')}/postgres?schema=faults"

    def rows(self, sql):
        out = subprocess.run(
            [f"{self.programs}/psql", "-h", self.folder, "-U", "trawl", "-d", "postgres", "-Atc", sql],
            check=True, capture_output=True, text=True).stdout
        return [line.split("|") for line in out.splitlines()]


    def runners(self):
        """The runners at work on the run."""
        if self.rows("SELECT to_regclass('faults.run_runners')") == [[""]]:
            return []
        return self.rows("SELECT runner_id FROM faults.run_runners WHERE commit_no > 0")


class Runners:
    """Runners of one job."""

    def __init__(self, command, folder, count):
        self.command = command
        self.folder = folder
        self.running = []
        for _ in range(count):
            self.start()

    def start(self):
        log = open(f"{self.folder}/runner.log", "a")
        self.running.append(subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder))

    def alive(self):
        return [runner for runner in self.running if runner.poll() is None]


def faults(kind, runners, server, every, chance):
    """Has faults happen until all runners have ended.

    Returns how many there were, and the exit codes of runners that were not killed."""
    count = 0
    killed = []
    # A command that cannot open its database ends at once, and says so. What is tried here is a run under way.
    while len(server.runners()) < len(runners.running) and runners.alive():
        time.sleep(0.2)
    while runners.alive():
        deadline = time.monotonic() + every
        while runners.alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        alive = runners.alive()
        if not alive:
            break
        what = chance.choice(["cut", "kill", "stop", "restart"]) if kind == "all" else kind
        count += 1
        print(f"  {what}", flush=True)
        if what == "restart":
            server.control("restart")
        elif what == "cut":
            # At any moment of a turn, its COMMIT among them.
            for _ in range(20):
                server.rows(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trawl'")
                time.sleep(chance.uniform(0, 0.1))
        elif what == "kill":
            victim = chance.choice(alive)
            victim.kill()
            victim.wait()
            killed.append(victim)
            runners.start()
        elif what == "stop":
            victim = chance.choice(alive)
            victim.send_signal(signal.SIGSTOP)
            time.sleep(min(every, 5))
            victim.send_signal(signal.SIGCONT)
    return count, [runner.returncode for runner in runners.running if runner not in killed]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=["cut", "kill", "stop", "restart", "all"], default="all")
    parser.add_argument("--runners", type=int, default=3)
    parser.add_argument("--hosts", type=int, default=60, help="at most 250")
    parser.add_argument("--pages", type=int, default=60, help="of a host")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that an answer takes")
    parser.add_argument("--every", type=float, default=3, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--trawl", default=".build/debug/trawl")
    options = parser.parse_args()
    trawl = os.path.abspath(options.trawl)
    folder = tempfile.mkdtemp(prefix="trawl-pgfaults-")
    os.chmod(folder, 0o755)
    site = Site(options.pages, options.delay)
    site.start()
    os.mkdir(f"{folder}/server")
    server = Server(f"{folder}/server")
    try:
        with open(f"{folder}/urls.txt", "w") as urls:
            urls.writelines(f"http://127.0.1.{n + 1}:{site.port}/p/0\n" for n in range(options.hosts))
        with open(f"{folder}/job.yaml", "w") as job:
            job.write(
                "name: faults\nurls_from: urls.txt\nrobots: ignore\nfollow:\n  depth: 60\ndelay: 0s\n"
                f"concurrency:\n  total: 32\n  per_host: {PER_HOST}\n")
        print(f"seed {options.seed}")
        runners = Runners(
            [trawl, "run", "job.yaml", "--db", server.url], folder, options.runners)
        begun = time.monotonic()
        count, exits = faults(options.kind, runners, server, options.every, random.Random(options.seed))
        seconds = time.monotonic() - begun
        wanted = options.hosts * options.pages
        states = dict(server.rows("SELECT state, count(*) FROM faults.pages GROUP BY 1"))
        counters = server.rows("SELECT pages_pending, pages_done FROM faults.run_counters")[0]
        refused = server.rows("SELECT sum(refused) FROM faults.run_runners")[0][0]
        again = sum(hits - 1 for hits in site.hits.values())
        print(f"{count} faults in {seconds:.0f} s; exit codes of the others {exits}; {wanted} pages, {len(site.hits)} URLs asked for")
        print(f"pages {states}, counters {counters}, asked for again {again}, refused {refused}, peak a host {site.peak}")
        failures = []
        if states != {"done": str(wanted)}:
            failures.append("pages were lost or doubled")
        if counters != ["0", str(wanted)]:
            failures.append("the counters are not those of the pages")
        if len(site.hits) != wanted:
            failures.append("not every URL was asked for")
        if options.kind in ("cut", "restart", "stop") and again:
            failures.append("pages were asked for again although no runner was killed")
        if site.peak > PER_HOST:
            failures.append("a host was asked for more at once than it may be")
        # A connection that is lost in a transaction beside the turns, such as that of the report, ends the command with exit 3.
        if any(code not in ((0, 3) if options.kind in ("cut", "all") else (0,)) for code in exits):
            failures.append("a runner failed; see its log")
        for failure in failures:
            print(f"FAILED: {failure}")
        if failures:
            print(f"kept: {folder}")
            return 1
        return 0
    finally:
        server.end()


sys.exit(main())
