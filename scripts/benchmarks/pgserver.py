"""PostgreSQL servers in folders of their own, copies of them, and a proxy that loses what it is told to, for scripts that try faults."""

import asyncio
import glob
import os
import shutil
import socket
import subprocess
import threading

PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
SCHEMA = "faults"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A PostgreSQL server in a folder, reached by a Unix socket and at 127.0.0.1. It waits for its disk."""

    def __init__(self, folder, port=None, copy_of=None, environment=None, options=""):
        self.folder = folder
        self.port = port or free_port()
        self.environment = {**os.environ, **(environment or {})}
        self.options = options
        os.makedirs(folder, exist_ok=True)
        # The server refuses to run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres")
        if copy_of:
            self._call("pg_basebackup", "-D", f"{folder}/data", "-R", "-h", copy_of.folder, "-p", str(copy_of.port),
                       "-U", "trawl", "-c", "fast")
        else:
            self._call("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "trawl", "-E", "UTF8", "--no-locale")
        self.control("start")

    def _call(self, program, *arguments):
        subprocess.run(
            [*self.user, f"{PROGRAMS}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/",
            env=self.environment)

    def control(self, what):
        options = f"-k {self.folder} -p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=300 {self.options}"
        self._call(
            "pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", what,
            *([] if what in ("stop", "promote") else ["-o", options, "-l", f"{self.folder}/log"]))

    def end(self):
        subprocess.run(
            [*self.user, f"{PROGRAMS}/pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=False)

    def url(self, host=None, port=None, user="trawl", database="postgres", schema=SCHEMA):
        host = host or self.folder.replace("/", "%2F")
        return f"postgresql://{user}@{host}:{port or self.port}/{database}?schema={schema}"

    def psql(self, sql, user="trawl"):
        return subprocess.run(
            [f"{PROGRAMS}/psql", "-h", self.folder, "-p", str(self.port), "-U", user, "-d", "postgres", "-Atc", sql],
            check=False, capture_output=True, text=True)

    def rows(self, sql):
        result = self.psql(sql)
        if result.returncode:
            raise RuntimeError(result.stderr)
        return [line.split("|") for line in result.stdout.splitlines()]

    def session(self):
        """A psql that is told what to do by its standard input."""
        return subprocess.Popen(
            [f"{PROGRAMS}/psql", "-h", self.folder, "-p", str(self.port), "-U", "trawl", "-d", "postgres", "-At"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def runners(self):
        """The runners at work on the run."""
        if self.rows(f"SELECT to_regclass('{SCHEMA}.run_runners')") == [[""]]:
            return []
        return self.rows(f"SELECT runner_id FROM {SCHEMA}.run_runners WHERE commit_no > 0")

    def logged(self, words):
        """How many lines of the server's log have some words."""
        with open(f"{self.folder}/log", errors="replace") as log:
            return sum(words in line for line in log)


class Proxy:
    """Stands between runners and a server, and loses connections as it is told to.

    It understands as much of the protocol as it takes to count messages (PostgreSQL's documentation, "Message Formats")."""

    def __init__(self, server):
        self.server = server
        self.port = None
        # Close the connection that carries a message once so many more have passed; None for never.
        self.cut_after = None
        self.cuts = 0
        self.messages = 0
        # Connections that nothing is forwarded on, though they stay open.
        self.is_frozen = False
        # Freeze as soon as a client is about to commit: its transaction has written everything, and the server waits for more.
        self.freezes_at_commit = False
        self._loop = None
        started = threading.Event()

        async def serve():
            self._loop = asyncio.get_running_loop()
            listener = await asyncio.start_server(self._connect, "127.0.0.1", 0)
            self.port = listener.sockets[0].getsockname()[1]
            started.set()
            await listener.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        started.wait()

    @staticmethod
    def _is_commit(head, body, commits):
        """Whether a message has the server commit. `commits` are the names under which that is prepared."""
        if head[:1] == b"P":
            name, sql = body.split(b"\0")[:2]
            if sql == b"COMMIT":
                commits.add(name)
            else:
                commits.discard(name)
        return head[:1] == b"B" and body.split(b"\0")[1] in commits

    async def _connect(self, reader, writer):
        try:
            other_reader, other_writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        except OSError:
            writer.close()
            return
        both = (writer, other_writer)
        await asyncio.gather(
            self._forward(reader, other_writer, both, has_start=True),
            self._forward(other_reader, writer, both, has_start=False))

    async def _forward(self, reader, writer, both, has_start):
        is_client = has_start
        commits = set()
        try:
            while True:
                # The first message of a client has no type.
                head = await reader.readexactly(4 if has_start else 5)
                length = int.from_bytes(head[-4:], "big")
                body = await reader.readexactly(length - 4)
                if has_start and length == 8:
                    # A request for TLS, which is answered with one byte.
                    for end in both:
                        end.close()
                    return
                has_start = False
                if is_client and self._is_commit(head, body, commits) and self.freezes_at_commit:
                    self.is_frozen, self.freezes_at_commit = True, False
                while self.is_frozen:
                    await asyncio.sleep(0.05)
                self.messages += 1
                if self.cut_after is not None:
                    self.cut_after -= 1
                    if self.cut_after < 0:
                        self.cut_after = None
                        self.cuts += 1
                        for end in both:
                            end.transport.abort()
                        return
                writer.write(head + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            for end in both:
                end.close()
