#!/usr/bin/env python3
"""What runs on PostgreSQL cost: pages a second by 1, 2, 4 and 8 runners, CPU of runners and server beside a run on an SQLite file, the
cost of a page with many pages pending, sizes of tables over ten runs, and what deleting a large run does to another.

    pgscale.py runners [--hosts 2000] [--pages 20000] [--latency 0.2] [--total 20] [--counts 1,2,4,8]
    pgscale.py files   [--pages 20000]            one runner: PostgreSQL against an SQLite file, without latency
    pgscale.py queue   [--sizes 100000,1000000] [--pages 10000] [--file]    so many pages of a queue of each size
    pgscale.py sizes   [--runs 10] [--pages 20000]
    pgscale.py prune   [--pages 20000]            deletes a run of so many pages while another run is under way
    pgscale.py snapshot [--hosts 10] [--pages 20000]   what the server does for a turn, without and with a reader's snapshot over the whole run

The site is served here, on addresses of 127.0.0.0/8, and counts what each host sees at once. The server is PostgreSQL's newest of this
machine, in a temporary folder, with its defaults: it waits for its disk.
"""
import argparse
import asyncio
import collections
import glob
import multiprocessing
import os
import resource
import signal
import shutil
import subprocess
import tempfile
import time

import pgserver


# MARK: The site

class Exchange(asyncio.Protocol):
    """A connection: each request is answered after the latency."""
    latency = 0.0
    open = collections.Counter()
    peaks = collections.Counter()
    served = 0

    def connection_made(self, transport):
        self.transport = transport
        self.host = transport.get_extra_info("sockname")[0]
        self.rest = b""

    def data_received(self, data):
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, self.rest = self.rest.split(b"\r\n\r\n", 1)
            Exchange.open[self.host] += 1
            Exchange.peaks[self.host] = max(Exchange.peaks[self.host], Exchange.open[self.host])
            path = head.split(b" ", 2)[1]
            asyncio.get_running_loop().call_later(Exchange.latency, self.answer, path)

    def answer(self, path):
        Exchange.open[self.host] -= 1
        if path == b"/peak":
            body = b"%d %d" % (max(Exchange.peaks.values()), Exchange.served)
        else:
            Exchange.served += 1
            body = b"<title>" + path + b"</title>" + b"x" * 1000
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def serve(latency, port):
    async def main():
        Exchange.latency = latency
        server = await asyncio.get_running_loop().create_server(Exchange, "0.0.0.0", 0, backlog=4000)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Site:
    def __init__(self, latency):
        port = multiprocessing.Queue()
        self.process = multiprocessing.Process(target=serve, args=(latency, port), daemon=True)
        self.process.start()
        self.port = port.get()

    def urls(self, hosts, pages):
        """curl's ranges for so many hosts with so many pages of each."""
        return f"http://127.0.[1-{max(1, hosts // 250)}].[1-{min(hosts, 250)}]:{self.port}/p[1-{max(1, pages // hosts)}]"

    def peak(self):
        """The most requests of a host at once, and the number of all."""
        line = subprocess.run(["curl", "-s", f"http://127.0.0.1:{self.port}/peak"], check=True, capture_output=True, text=True).stdout
        return line.split()

    def end(self):
        self.process.kill()


# MARK: The database

class Server(pgserver.Server):
    """The server of a measurement, whose processes are asked for their CPU time."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pgscale-")
        super().__init__(self.folder, options="-c shared_buffers=256MB -c max_wal_size=4GB -c autovacuum_naptime=1s -c shared_preload_libraries=pg_stat_statements")

    def cpu(self):
        """CPU seconds of the server's processes, those that ended among them."""
        with open(f"{self.folder}/data/postmaster.pid") as file:
            postmaster = int(file.readline())
        ticks = 0
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as file:
                    line = file.read()
            except OSError:
                continue
            pid, fields = int(line.split(" ", 1)[0]), line.rsplit(") ", 1)[1].split()
            if pid == postmaster:
                ticks += sum(int(fields[n]) for n in (11, 12, 13, 14))
            elif int(fields[1]) == postmaster:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def commits(self):
        return int(self.rows("SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'")[0][0])

    def end(self):
        super().end()
        shutil.rmtree(self.folder)


# MARK: Runs

class Bench:
    def __init__(self, options, latency):
        self.trawl = os.path.abspath(options.trawl)
        self.folder = tempfile.mkdtemp(prefix="pgscale-run-")
        self.site = Site(latency)
        self.server = Server()

    def job(self, name, urls, more=""):
        path = f"{self.folder}/{name}.yaml"
        with open(path, "w") as file:
            file.write(f"name: {name}\nurls: [\"{urls}\"]\nrobots: ignore\ndelay: 0s\n{more}")
        return path

    def crawl(self, database, *jobs, runners=1, pages=None):
        """Has runners work on jobs until they end, or until the site was asked for so many pages: seconds, and CPU seconds of runners
        and server."""
        own, theirs, begun = resource.getrusage(resource.RUSAGE_CHILDREN), self.server.cpu(), time.monotonic()
        running = [subprocess.Popen([self.trawl, "run", *jobs, "--db", database, "-q"], cwd=self.folder) for _ in range(runners)]
        while pages is not None and running[0].poll() is None and int(self.site.peak()[1]) < pages:
            time.sleep(0.05)
        if pages is not None:
            running[0].send_signal(signal.SIGTERM)
        ended = [one.wait() for one in running]
        seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        if any(code not in (0, 7) for code in ended):
            raise SystemExit(f"the runners ended with {ended}")
        self.written = 512 * (after.ru_oublock - own.ru_oublock)
        return (seconds, after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime, self.server.cpu() - theirs)

    def end(self):
        self.server.end()
        self.site.end()
        shutil.rmtree(self.folder)


def runners(options):
    first = None
    for count in map(int, options.counts.split(",")):
        bench = Bench(options, options.latency)
        try:
            job = bench.job("scale", bench.site.urls(options.hosts, options.pages), f"concurrency: {{total: {options.total}, per_host: 1}}\n")
            database = bench.server.url(schema="scale")
            before = bench.server.commits()
            seconds, own, theirs = bench.crawl(database, job, runners=count)
            pages = int(bench.server.rows("SELECT count(*) FROM scale.pages WHERE state = 'done'")[0][0])
            # The time that the pages took, without that of taking the list in.
            took = float(bench.server.rows("SELECT (max(fetched_at) - min(fetched_at)) / 1000.0 FROM scale.pages")[0][0])
            peak, served = bench.site.peak()
            first = first or took
            print(f"{count} runners: {pages / took:.0f} pages/s ({first / took:.2f} x), {seconds:.1f} s in all; CPU ms a page: runners"
                  f" {1000 * own / pages:.2f}, server {1000 * theirs / pages:.2f}; {(bench.server.commits() - before) / pages:.4f}"
                  f" transactions a page; {served} requests of {pages} pages, peak of a host {peak}", flush=True)
        finally:
            bench.end()


def files(options):
    bench = Bench(options, 0)
    try:
        for turn in range(options.rounds):
            for name, database in (("file", f"{bench.folder}/{turn}.db"), ("server", bench.server.url(schema=f"files{turn}"))):
                job = bench.job("files", bench.site.urls(100, options.pages), "concurrency: {total: 64, per_host: 4}\n")
                seconds, own, theirs = bench.crawl(database, job)
                print(f"{name}: {seconds:.1f} s, CPU ms a page: runner {1000 * own / options.pages:.3f},"
                      f" server {1000 * theirs / options.pages:.3f}", flush=True)
    finally:
        bench.end()


def queue(options):
    for size in map(int, options.sizes.split(",")):
        bench = Bench(options, 0)
        try:
            database = f"{bench.folder}/queue.db" if options.file else bench.server.url(schema="queue")

            job = bench.job("queue", bench.site.urls(1000, size), "concurrency: {total: 64, per_host: 4}\n")
            # The list is taken in, and the first pages are asked for.
            seconds, own, theirs = bench.crawl(database, job, pages=1)
            print(f"{size} URLs taken in: {seconds:.1f} s, a URL: CPU us runner {1e6 * own / size:.1f}, server {1e6 * theirs / size:.1f},"
                  f" {bench.written / size:.0f} bytes written by the runner", flush=True)
            asked = int(bench.site.peak()[1])
            seconds, own, theirs = bench.crawl(database, job, pages=asked + options.pages)
            pages = int(bench.site.peak()[1]) - asked
            print(f"  then {pages} pages: {seconds:.1f} s, a page: CPU us runner {1e6 * own / pages:.1f}, server {1e6 * theirs / pages:.1f},"
                  f" {bench.written / pages:.0f} bytes written by the runner", flush=True)
        finally:
            bench.end()


def sizes(options):
    bench = Bench(options, 0)
    try:
        database = bench.server.url(schema="sizes")
        job = bench.job("sizes", bench.site.urls(100, options.pages), "concurrency: {total: 64, per_host: 4}\nkeep_runs: 2\n")
        for number in range(1, options.runs + 1):
            bench.crawl(database, job)
            # Nightly runs leave the server the time to clean up.
            time.sleep(4)
            found = bench.server.rows(
                "SELECT relname, pg_table_size(oid) / 1024, pg_indexes_size(oid) / 1024 FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'sizes'::regnamespace ORDER BY pg_total_relation_size(oid) DESC LIMIT 5")
            print(f"run {number}: " + ", ".join(f"{name} {table} + {index} KiB" for name, table, index in found), flush=True)
    finally:
        bench.end()


def prune(options):
    bench = Bench(options, 0.05)
    try:
        database = bench.server.url(schema="prune")
        large = bench.job("large", bench.site.urls(1000, options.pages), "concurrency: {total: 512, per_host: 1}\n")
        seconds, _, _ = bench.crawl(database, large)
        print(f"a run of {options.pages} pages: {seconds:.1f} s", flush=True)
        bench.crawl(database, bench.job("large", bench.site.urls(1, 1)))
        # Another run takes all the while: 40 hosts, one request at a time each.
        other = subprocess.Popen(
            [bench.trawl, "run", bench.job("other", bench.site.urls(40, 200_000), "concurrency: {per_host: 1}\n"), "--db", database, "-q"])
        while int(bench.server.rows("SELECT count(*) FROM prune.pages WHERE run_id = 3 AND state = 'done'")[0][0]) < 1000:
            time.sleep(0.2)

        def rate(until):
            """Pages a second of the other run, and the longest time without an answer."""
            begun, served, last, longest = time.monotonic(), int(bench.site.peak()[1]), time.monotonic(), 0.0
            first = before = served
            while not until(time.monotonic() - begun):
                time.sleep(0.02)
                served = int(bench.site.peak()[1])
                if served > before:
                    before, last = served, time.monotonic()
                longest = max(longest, time.monotonic() - last)
            took = time.monotonic() - begun
            return f"{took:.1f} s; the other run {(served - first) / took:.0f} pages/s, longest pause {longest:.2f} s"

        print(f"before: {rate(lambda passed: passed > 10)}", flush=True)
        deletion = subprocess.Popen([bench.trawl, "db", "prune", "large", "--keep", "1", "--db", database])
        print(f"while it is deleted: {rate(lambda _: deletion.poll() is not None)}", flush=True)
        print(f"after: {rate(lambda passed: passed > 10)}", flush=True)
        other.send_signal(signal.SIGTERM)
        other.wait()
    finally:
        bench.end()


def snapshot(options):
    for is_held in (False, True):
        bench = Bench(options, options.latency)
        try:
            rows = bench.server.rows
            rows("CREATE EXTENSION pg_stat_statements")
            job = bench.job("held", bench.site.urls(options.hosts, options.pages), "concurrency: {total: 64, per_host: 4}\n")
            database = bench.server.url(schema="held")
            # The list is taken in, and the first pages are asked for.
            bench.crawl(database, job, pages=1)
            reader = bench.server.session()
            if is_held:
                reader.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM held.pages;\n")
                reader.stdin.flush()
                time.sleep(1)
            print(f"{'with' if is_held else 'without'} an old snapshot:", flush=True)
            runner = subprocess.Popen([bench.trawl, "run", job, "--db", database, "-q"], cwd=bench.folder)
            commits = "SELECT sum(commit_no) FROM held.run_runners"
            turns = int(rows(commits)[0][0])
            for part in range(1, 6):
                rows("SELECT pg_stat_statements_reset()")
                while runner.poll() is None and int(bench.site.peak()[1]) < part * options.pages // 5:
                    time.sleep(0.05)
                claim = rows("SELECT sum(calls), sum(total_exec_time), sum(shared_blks_hit + shared_blks_read) FROM pg_stat_statements"
                             " WHERE query LIKE '%wish.most%'")[0]
                whole = rows("SELECT sum(total_exec_time) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat%'")[0][0]
                made, turns = turns, int(rows(commits)[0][0])
                if not claim[0] or turns == made:
                    break
                print(f"  to page {part * options.pages // 5}: a claim {float(claim[1]) / int(claim[0]):.2f} ms and"
                      f" {int(claim[2]) / int(claim[0]):.0f} buffers; a turn {float(whole) / (turns - made):.2f} ms", flush=True)
            runner.wait()
            reader.kill()
        finally:
            bench.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["runners", "files", "queue", "sizes", "prune", "snapshot"])
    parser.add_argument("--hosts", type=int, default=2000, help="a multiple of 250, or fewer than that")
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    parser.add_argument("--total", type=int, default=20, help="requests at once, of a runner")
    parser.add_argument("--counts", default="1,2,4,8")
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--file", action="store_true", help="an SQLite file in place of the server")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trawl", default=".build/release/trawl")
    options = parser.parse_args()
    {"runners": runners, "files": files, "queue": queue, "sizes": sizes, "prune": prune,
     "snapshot": snapshot}[options.what](options)


if __name__ == "__main__":
    main()
