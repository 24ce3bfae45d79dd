"""A local httpbin, with what httpbin_app adds to it, for as long as a `with` block runs."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import crawlers
import process

# Straight to the server, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def python():
    """The Python of a venv with httpbin, its server, and httpx."""
    return crawlers.venv("apidemo", ["httpbin[mainapp]>=0.10", "gunicorn>=27", "httpx>=0.28"])


class APIServer:
    """httpbin on loopback, with a thread for each of up to 128 requests.

    - port: where it listens; 0 for any that is free.
    """

    def __init__(self, folder, port=0):
        self._python = python()
        self._log_path = os.path.join(folder, "server.log")
        self._port = port
        self._process = None

    def __enter__(self):
        try:
            listener = socket.create_server(("127.0.0.1", self._port), backlog=512)
        except OSError as error:
            sys.exit(f"port {self._port} cannot be had: {error.strerror}; name another with --port")
        with listener:
            self.base = "http://127.0.0.1:%d" % listener.getsockname()[1]
            # The socket is handed over, so that nobody takes the port between.
            command = [
                self._python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", 128, "--bind",
                f"fd://{listener.fileno()}", "--chdir", crawlers.FOLDER, "--graceful-timeout", 1, "--no-control-socket",
                "httpbin_app:app"]
            with open(self._log_path, "wb") as log:
                self._process = process.spawn(
                    command, death_signal=signal.SIGTERM, stdout=log, stderr=subprocess.STDOUT,
                    pass_fds=[listener.fileno()])
        try:
            self._get("/get", patience=30)  # Also warms it up.
        except OSError as error:
            self.__exit__()
            with open(self._log_path, encoding="utf-8", errors="replace") as log:
                sys.exit(f"httpbin did not start: {error}\n{log.read()[-2000:]}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process:
            process.end(self._process, signal.SIGTERM)
            self._process = None

    def requests(self, since):
        """The requests that began at or after an instant of `time.monotonic()`, in their order; robots.txt left out.

        Each has `path` (with its query), `start` and `end` in seconds, and `bytes` of the body that was sent.
        """
        entries = json.loads(self._get("/-/log"))
        return [entry for entry in entries if entry["start"] >= since and entry["path"] != "/robots.txt"]

    def _get(self, path, patience=5):
        with _opener.open(self.base + path, timeout=patience) as response:
            return response.read()


def peak(requests):
    """How many of the requests were under way at once, at most."""
    changes = [(entry["start"], 1) for entry in requests]
    changes += [(entry["end"], -1) for entry in requests if entry["end"] is not None]
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


class Silence:
    """A port that takes no connection: its queue is full, and what else arrives is not answered."""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.base = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._listener.getsockname())
            self._fillers.append(filler)
        time.sleep(0.1)
        return self

    def __exit__(self, *_):
        for each in (self._listener, *self._fillers):
            each.close()
