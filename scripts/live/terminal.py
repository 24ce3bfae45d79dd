"""Watches a run in tmux at several widths, while its window changes size, and fails where the screen is not as it should be."""
import json
import re
import subprocess
import time


class Screen:
    """A terminal that a command runs in."""

    def __init__(self, folder, columns, command):
        self.socket = str(folder / f"tmux-{columns}")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", "24", "-c", str(folder),
                  f"seq -f 'before %g' 30; {command}; echo \"exit code $?\"; sleep 1000")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, check=True).stdout

    def resize(self, columns, rows=24):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def lines(self):
        """The screen and what has scrolled out of it, without empty lines at the end."""
        return self.tmux("capture-pane", "-p", "-S", "-200").rstrip("\n").split("\n")

    def until(self, words, condition, check, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            lines = self.lines()
            if condition(lines):
                return lines
            time.sleep(0.1)
        check(False, f"terminal: never {words}: {self.lines()}")
        return self.lines()

    def close(self):
        self.tmux("kill-server")


def heads(lines):
    """The lines that say how far the run is."""
    return [line for line in lines if re.search(r"/1,200 pages|\d/$|of 1,200 pages", line)]


def before(lines):
    """Whether all that stood before the run is there."""
    return lines[:30] == [f"before {number}" for number in range(1, 31)]


def check_terminal(trawl, folder, site, check):
    job = {"name": "docs", "urls": [f"{site}/[1-1200]"], "robots": "ignore", "delay": "0s", "allow_private": ["127.0.0.1"],
           "retry": {"attempts": 1}, "concurrency": {"per_host": 6}}
    (folder / "docs.json").write_text(json.dumps(job))
    for columns in (40, 80, 120):
        screen = Screen(folder, columns, f"{trawl} run docs.json --db {columns}.db")
        try:
            lines = screen.until("shows failures", lambda lines: any("failed: http_status" in line for line in lines), check)
            check(before(lines), f"terminal, {columns}: what stood before is gone: {lines}")
            check(len(heads(lines)) == 1, f"terminal, {columns}: {lines}")
            check(all(len(line) < columns for line in lines), f"terminal, {columns}: a line is too wide: {lines}")
            print(f"--- {columns} columns", *lines[30:], sep="\n")
            # Narrower and wider again, several times while it goes on: no rows are left over.
            for other in (40, 120, 60, 41, 100, 40):
                screen.resize(other)
                time.sleep(0.7)
                lines = screen.lines()
                check(len(heads(lines)) == 1, f"terminal, {columns} to {other}: a staircase: {lines}")
                check(before(lines), f"terminal, {columns} to {other}: what stood before is gone: {lines}")
            screen.resize(columns, 4)
            time.sleep(0.7)
            check(len(heads(screen.lines())) <= 1, f"terminal, {columns}, 4 rows: {screen.lines()}")
            screen.resize(columns)
            screen.tmux("send-keys", "C-c")
            lines = screen.until("ends", lambda lines: any("exit code 7" in line for line in lines), check)
            check(not any("failed: http_status" in line for line in lines), f"terminal, {columns}: the progress stays: {lines}")
            check(any("trawl run docs --db" in line for line in lines), f"terminal, {columns}: no next command: {lines}")
            print(f"--- {columns} columns, at the end", *lines[30:], sep="\n")
        finally:
            screen.close()
    piped = piped_run(trawl, folder)
    check("\x1b" not in piped, f"terminal: an escape sequence in a pipe: {piped[:300]}")
    check(len(re.findall(r"docs: [\d,]+/1,200 pages", piped)) >= 1, f"terminal: no line in a log: {piped[:300]}")


def piped_run(trawl, folder):
    run = subprocess.Popen([trawl, "run", "docs.json", "--db", "piped.db"], cwd=folder, stderr=subprocess.PIPE, text=True)
    time.sleep(12)
    run.terminate()
    return run.communicate(timeout=30)[1]
