"""Programs that the sandbox starts: a log file each, no orphan and no port left behind, whatever happens."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

TAIL_LINES: Final = 25
STOP_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.05
_PR_SET_PDEATHSIG: Final = 1


class SandboxError(Exception):
    """Something could not be started or has ended; the message carries the tail of the right log."""


def free_port() -> int:
    """Find a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait for a condition; raises SandboxError when the deadline passes."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SandboxError(f"{what}: not within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def _die_with_parent() -> None:
    """Ask Linux to end this process when the thread that started it ends, even by SIGKILL; run in the child."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """One running program. It belongs to us: a Ctrl-C in our terminal reaches it only through `stop`."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def tail(self) -> str:
        """Return the last lines of its log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    def check(self) -> None:
        """Raise SandboxError when it has ended by itself."""
        if not self.running:
            raise SandboxError(f"{self.name} ended with code {self._popen.returncode}; its log ends:\n{self.tail()}")

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until it serves; raises SandboxError with the tail of its log when it ends or is too slow."""

        def ready_or_ended() -> bool:
            self.check()
            return ready()

        try:
            wait_until(ready_or_ended, seconds=seconds, what=f"{self.name} is not ready")
        except SandboxError as error:
            if self.running:
                raise SandboxError(f"{error}; its log ends:\n{self.tail()}") from error
            raise

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; an ended process takes none."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(number)

    def stop(self) -> int:
        """End it in good order, by force after a while; returns its exit code."""
        if self.running:
            self.signal(signal.SIGTERM)
        try:
            return self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it at once."""
        self.signal(signal.SIGKILL)
        return self._popen.wait()
