"""Ten API jobs of sample-jobs/ against a local httpbin, checked, and each compared with asyncio and httpx."""

import argparse
import ast
import contextlib
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import apidemo_checks as checks
import httpbin_server
import crawlers
import process

JOBS = os.path.join(crawlers.ROOT, "sample-jobs")
USUAL = os.path.join(crawlers.FOLDER, "apidemo_httpx.py")
QUICK = 3  # What takes more seconds than this, and is fast enough, is run once.


class Ran:
    """A command that ran to its end."""

    def __init__(self, started, elapsed, exit_code, lines, errors):
        self.started = started  # In seconds of time.monotonic().
        self.elapsed = elapsed
        self.exit_code = exit_code
        self.lines = lines  # (seconds after the start, text) of each line on stdout
        self.errors = errors  # stderr

    @property
    def output(self):
        return "".join(text for _, text in self.lines)


class Demo:
    """What the checks share: the server, the programs, and a folder for each run."""

    def __init__(self, folder, server, silence):
        self.folder = folder
        self.server = server
        self.base = server.base
        self.nobody = silence.base
        self.trawl_binary = crawlers.trawl_binary()
        self.python = httpbin_server.python()
        self.runs = 0
        self.database = None

    def job(self, name, replacing=None):
        """The path of a job file; of a changed copy where something is to be replaced."""
        path = os.path.join(JOBS, name + ".yaml")
        if replacing is None:
            return path
        with open(path, encoding="utf-8") as file:
            text = file.read()
        checks.expect(text.count(replacing[0]) == 1, f"{name}.yaml has not {replacing[0]!r} once")
        copy = os.path.join(self.folder, f"{name}-changed.yaml")
        with open(copy, "w", encoding="utf-8") as file:
            file.write(text.replace(*replacing))
        return copy

    def run(self, *arguments, on_line=None, keys=None, verbose=False, base=True):
        """`trawl run` on a new database: in an old one a host that was late stays slowed down for a while."""
        self.runs += 1
        self.database = os.path.join(self.folder, f"{self.runs}.db")
        command = ["run", *arguments, "--db", self.database]
        if base:
            command += ["--var", f"base={self.base}"]
        return self.trawl(*command, *(["-v"] if verbose else []), on_line=on_line, keys=keys)

    def trawl(self, *arguments, on_line=None, keys=None):
        return self._command([self.trawl_binary, *arguments], on_line, checks.KEYS if keys is None else keys)

    def usual(self, name, *arguments):
        """The same thing with httpx."""
        ran = self._command([self.python, USUAL, name, self.base, *arguments], None, checks.KEYS)
        checks.expect(ran.exit_code == 0, f"httpx ended with exit code {ran.exit_code}: {ran.errors[-500:]}")
        return ran

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as database:
            return database.execute(sql).fetchall()

    def requests(self, ran):
        return self.server.requests(ran.started)

    def _command(self, argv, on_line, keys):
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment.update(keys)
        with tempfile.TemporaryFile(dir=self.folder) as errors:
            started = time.monotonic()
            child = process.spawn(argv, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=self.folder)
            watch = threading.Timer(120, child.kill)
            watch.start()
            lines = []
            try:
                for line in child.stdout:
                    lines.append((time.monotonic() - started, line.decode()))
                    if on_line:
                        on_line(lines[-1][1])
                child.wait()
                elapsed = time.monotonic() - started
            finally:
                watch.cancel()
                process.end(child)
                child.stdout.close()
            errors.seek(0)
            return Ran(started, elapsed, child.returncode, lines, errors.read().decode(errors="replace"))


def job_lines(name):
    """Lines of a job file that say something."""
    with open(os.path.join(JOBS, name + ".yaml"), encoding="utf-8") as file:
        return sum(1 for line in file if line.strip() and not line.lstrip().startswith("#"))


class Thing:
    """One of the ten: its job, what runs and checks it, and the same with httpx."""

    def __init__(self, title, job, run, usual, bound=None, also=(), is_command=False):
        self.title = title
        self.job = job
        self.run = run
        self.usual = usual  # The function's name and arguments; `{nobody}` is filled in.
        self.bound = bound  # Seconds that trawl may take.
        self.also = also  # What else is run and checked, untimed.
        self.lines = 1 if is_command else job_lines(job)


THINGS = [
    Thing("1 fetch several, 5 × 0.5 s", "fetch-several", checks.fetch_several, ["fetch_several"], 0.7),
    Thing("1 … by `trawl fetch`", "fetch-several", checks.fetch_several_urls, ["fetch_several"], 0.7,
          is_command=True),
    Thing("2 retries", "retries", checks.retries, ["retries"]),
    Thing("3 limit, 10 × 1 s, 3 at once", "limit", checks.limit, ["limit", "10", "3"], 4.4),
    Thing("3 … 10 × 1 s, all at once", "limit", checks.fetch_table(10, 10), ["limit", "10", "10"], 1.3,
          is_command=True),
    Thing("3 … 100 × 1 s, 10 at once", "limit", checks.fetch_table(100, 10), ["limit", "100", "10"], 10.6,
          is_command=True),
    Thing("4 batches of 5", "batches", checks.batches, ["batches"], also=[checks.batches_with_barrier]),
    Thing("5 time-outs of 5 s", "timeouts", checks.timeouts, ["timeouts", "{nobody}"], 5.4),
    Thing(f"6 providers, {checks.PROVIDER_LIMIT} s at most", "providers", checks.providers,
          ["providers", str(checks.PROVIDER_LIMIT)], checks.PROVIDER_LIMIT + 0.4,
          also=[checks.providers_with_bad_keys]),
    Thing("7 as completed, up to 2.5 s", "as-completed", checks.as_completed, ["as_completed"], 2.8),
    Thing("8 ?page=1 to 20", "pages", checks.pages, ["pages"]),
    Thing("9 services merged", "services", checks.services, ["services", "123"], also=[checks.services_with_failure]),
    Thing("10 one, 4 and 16 at once", "compare", checks.compare, ["compare"]),
]


def usual_lines(name):
    """Lines of code of a function of the httpx programs; what they share, such as imports, is not counted."""
    with open(USUAL, encoding="utf-8") as file:
        source = file.read()
    function = next(
        node for node in ast.parse(source).body if isinstance(node, ast.AsyncFunctionDef) and node.name == name)
    lines = source.splitlines()[function.lineno - 1 : function.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith(("#", '"""')))


def measure(demo, thing, rounds):
    """Median seconds of trawl and of httpx, in turns; what is wrong is raised."""
    usual = [argument.format(nobody=demo.nobody) for argument in thing.usual]
    ours, theirs = [], []
    for _ in range(rounds):
        ran = thing.run(demo)
        asked = sorted(entry["path"] for entry in demo.requests(ran))
        ours.append(ran.elapsed)
        other = demo.usual(*usual)
        checks.expect_equal("requests of httpx", sorted(entry["path"] for entry in demo.requests(other)), asked)
        theirs.append(other.elapsed)
        if ran.elapsed > QUICK and not too_slow(thing, ran.elapsed, other.elapsed):
            break
    for check in thing.also:
        check(demo)
    return statistics.median(ours), statistics.median(theirs)


def too_slow(thing, ours, theirs):
    """What is wrong with the time that trawl took; None where nothing is."""
    if thing.bound and ours > thing.bound:
        return f"{ours:.2f} s, which is more than {thing.bound} s"
    if ours > theirs:
        return f"{ours:.3f} s, which is slower than httpx ({theirs:.3f} s)"
    return None


def unreadable_jobs(demo):
    """What is wrong with any job file of the folder, whether it is run here or not."""
    wrong = []
    for name in sorted(os.listdir(JOBS)):
        path = os.path.join(JOBS, name)
        with open(path, encoding="utf-8") as file:
            if re.search("^urls_from: .-", file.read(), re.M):
                continue  # A list on standard input is read as the job is added.
        ran = demo.trawl("add", path, "--db", os.path.join(demo.folder, "jobs.db"))
        if ran.exit_code != 0:
            wrong.append(f"{name}: {ran.errors.strip()}")
    return wrong


def check_all(options):
    with (tempfile.TemporaryDirectory(prefix="trawl-apidemo-") as folder, httpbin_server.APIServer(folder) as server,
          httpbin_server.Silence() as silence):
        work = tempfile.mkdtemp(dir=folder)
        demo = Demo(work, server, silence)
        print(f"Seconds are those of whole processes, medians of {options.rounds} runs, of one from {QUICK} s on;\n"
              "lines are those of the job file or command, and of the Python function without imports.\n\n"
              f"{'':<30}{'trawl s':>9}{'at most':>9}{'httpx s':>9}{'trawl lines':>13}{'httpx lines':>13}", flush=True)
        wrong = unreadable_jobs(demo)
        for thing in THINGS:
            if options.only and thing.job not in options.only:
                continue
            try:
                ours, theirs = measure(demo, thing, options.rounds)
                problem = too_slow(thing, ours, theirs)
                print(f"{thing.title:<30}{ours:>9.2f}{thing.bound or '':>9}{theirs:>9.2f}"
                      f"{thing.lines:>13}{usual_lines(thing.usual[0]):>13}", flush=True)
            except checks.Wrong as error:
                problem = str(error)
            except (sqlite3.Error, ValueError, LookupError) as error:  # Rows or output of another shape.
                problem = repr(error)
            if problem:
                wrong.append(f"{thing.title}: {problem}")
                print(f"WRONG {wrong[-1]}", flush=True)
    print()
    if wrong:
        sys.exit(f"{len(wrong)} wrong:\n" + "\n".join(wrong))
    print("All rows, times and orders are as they should be.")


def serve(options):
    with tempfile.TemporaryDirectory(prefix="trawl-apidemo-") as folder:
        with httpbin_server.APIServer(folder, options.port) as server:
            print(f"httpbin is at {server.base}, and so are three fake chat APIs:\n"
                  f"  export OPENAI_KEY=sk-demo-1 ANTHROPIC_KEY=sk-demo-2 GEMINI_KEY=sk-demo-3\n"
                  f"  trawl run sample-jobs/providers.yaml "
                  + " ".join(f"--var {name}={server.base}" for name in ("openai", "anthropic", "gemini"))
                  + "\nCtrl-C ends it.", flush=True)
            signal.pause()


def main():
    parser = argparse.ArgumentParser(
        prog="apidemo", description=__doc__,
        epilog="TRAWL=… names the binary instead of a release build. httpbin, gunicorn and httpx are kept in a venv in "
        "~/.cache/trawl-benchmarks. Exit code 1: a check did not hold, or trawl was slower.")
    names = list(dict.fromkeys(thing.job for thing in THINGS))
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs of what is quick (default: 3)")
    parser.add_argument("--only", action="append", choices=names, metavar="JOB",
                        help="only this job; repeatable: " + ", ".join(names))
    parser.add_argument("--serve", action="store_true", help="instead: serve until told to stop, to try jobs by hand")
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="where --serve listens (default: 8000)")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    process.stop_on_signals()
    try:
        serve(options) if options.serve else check_all(options)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
