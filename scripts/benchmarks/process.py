"""Child processes that never outlive us, and what they cost, measured from outside."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(argv, death_signal=signal.SIGKILL, **options):
    """Starts a process that the kernel ends with `death_signal` should we die first, however we die.

    It gets a session of its own, so that Ctrl-C reaches us alone and we end it in order.
    """
    parent = os.getpid()

    def before_exec():
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # We were gone before the kernel knew.
            os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(
        [str(argument) for argument in argv], stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=before_exec, **options)


def end(process, how=signal.SIGKILL, patience=5):
    """Ends a process and waits until it is gone."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_on_signals():
    """Makes SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that every `finally` runs."""
    def unwind(number, _):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, unwind)


@dataclass
class Usage:
    """What a finished command took: CPU and elapsed time in seconds, peak resident memory in KiB."""

    exit_code: int
    cpu: float
    elapsed: float
    peak_kib: int
    output: str


def measure(argv, log_path, timeout=3600, cwd=None):
    """Runs a command to its end.

    CPU time is the kernel's account of that one child (wait4). The peak of memory is read from /proc while it runs,
    because `ru_maxrss` begins with the size of the process that forked it: this Python.
    """
    with open(log_path, "wb") as log:
        started = time.monotonic()
        process = spawn(argv, stdout=log, stderr=subprocess.STDOUT, cwd=cwd)
        peak_kib = 0
        try:
            while True:
                pid, status, used = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                peak_kib = max(peak_kib, _peak_kib(process.pid))
                if time.monotonic() - started > timeout:
                    raise TimeoutError(f"{argv[0]} did not end within {timeout} s")
                time.sleep(0.01)
            elapsed = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            end(process)
    with open(log_path, encoding="utf-8", errors="replace") as log:
        output = log.read()
    return Usage(process.returncode, used.ru_utime + used.ru_stime, elapsed, peak_kib, output)


def _peak_kib(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
