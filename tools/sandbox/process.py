"""Programs that the sandbox starts: a log file each, no orphan and no port left behind, whatever happens."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
TAIL_LINES: Final = 25
STOP_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.05

# Below the range from which Linux takes the local ports of outgoing connections: one of those could come in between
# the choice of a port and its use.
PORTS: Final = range(18_000, 32_000)

# Run by a fresh interpreter, not as a preexec_fn, which may deadlock in a program with threads. prctl(1, 9) is
# PR_SET_PDEATHSIG with SIGKILL; it survives the exec. Elsewhere than on Linux there is no such thing.
DIE_WITH_PARENT: Final = """
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 9)
except AttributeError:
    pass
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""


class SandboxError(Exception):
    """Something could not be started or has ended; the message carries the tail of the right log."""


def free_port() -> int:
    """Find a TCP port on the loopback interface that nothing listens on."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for a condition; raises SandboxError when the deadline passes."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SandboxError(f"{what}: not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


class Process:
    """One running program, in a process group of its own: a Ctrl-C in our terminal reaches it only through `stop`.

    It is killed when the thread that started it ends, even by SIGKILL: start it from a thread that outlives it.
    """

    def __init__(
        self, name: str, command: Sequence[object], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = log
        bound_to_us = [sys.executable, "-I", "-S", "-c", DIE_WITH_PARENT, os.getpid()]
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in (*bound_to_us, *command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "NO_PROXY": f"{LOOPBACK},localhost", **(environment or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def check(self) -> None:
        """Raise SandboxError when it has ended by itself."""
        if not self.running:
            code = self._popen.returncode
            raise SandboxError(f"{self.name} ended with code {code}; {self.log} ends:\n{tail(self.log)}")

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until it serves; raises SandboxError with the tail of its log when it ends or is too slow."""

        def ready_or_ended() -> bool:
            self.check()
            return ready()

        try:
            wait_until(ready_or_ended, seconds=seconds, what=f"{self.name} is not ready")
        except SandboxError as error:
            if self.running:
                raise SandboxError(f"{error}; {self.log} ends:\n{tail(self.log)}") from error
            raise

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; an ended process takes none."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(number)

    def stop(self) -> int:
        """End it in good order, by force after a while; returns its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it at once; returns its exit code."""
        self.signal(signal.SIGKILL)
        return self._popen.wait()
