"""A sandbox that is left running for people: one per user, held by a supervising process in the background."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from sandbox.control_plane import ControlPlane
from sandbox.process import SandboxError, tail, wait_until
from sandbox.progress import progress
from sandbox.rendered import write_file
from sandbox.stack import PrometheusStack

START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 60.0
CHECK_SECONDS: Final = 0.5


def state_home() -> Path:
    """Return the folder of the sandbox that is left running."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "bursar-sandbox"


class KeptSandbox:
    """The sandbox in a folder; its supervisor holds a lock there for as long as it lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = folder / "lock"
        self._state = folder / "state.json"
        self._log = folder / "supervisor.log"

    @property
    def running(self) -> bool:
        """Whether a supervisor lives."""
        if not self._lock.is_file():
            return False
        with self._lock.open() as lock:
            return not _acquired(lock)

    @property
    def places(self) -> Mapping[str, str]:
        """Where to find the kubeconfig and the servers; empty while not everything serves."""
        if not self.running or not self._state.is_file():
            return {}
        places: dict[str, str] = json.loads(self._state.read_text())
        return places

    def supervise(self) -> Iterator[Mapping[str, str]]:
        """Start a sandbox, yield its places, and hold it until Ctrl-C or SIGTERM.

        Raises SandboxError when it cannot start, one is up already, or a part of it ends by itself.
        """
        with self._held(), contextlib.ExitStack() as parts:
            with progress("control plane"):
                control_plane = parts.enter_context(ControlPlane(self._folder / "cluster"))
                control_plane.install_crds()
            with progress("Prometheus stack"):
                stack = parts.enter_context(PrometheusStack(control_plane))
            places = {
                "kubeconfig": str(control_plane.kubeconfig),
                "prometheus": stack.prometheus_url,
                "alertmanager": stack.alertmanager_url,
                "logs": str(control_plane.folder),
            }
            write_file(self._state, json.dumps(places).encode())
            yield places
            while True:
                control_plane.check()
                stack.check()
                time.sleep(CHECK_SECONDS)

    def start(self) -> None:
        """Start a supervisor in the background and wait until everything serves."""
        if self.running:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._state.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "up", "--foreground"]
        with self._log.open("w") as log:
            supervisor = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

        def serves() -> bool:
            if supervisor.poll() is not None:
                raise SandboxError(f"the sandbox has not started; {self._log} ends:\n{tail(self._log)}")
            return self._state.is_file()

        try:
            with progress("sandbox"):
                wait_until(serves, seconds=START_SECONDS, what="the sandbox serves")
        except BaseException:
            supervisor.terminate()
            supervisor.wait()
            raise

    def stop(self) -> bool:
        """End the supervisor and all that it holds; tells whether there was one."""
        if not self.running:
            return False
        supervisor = int(self._lock.read_text())
        os.kill(supervisor, signal.SIGTERM)
        # The lock is free a moment before its holder has ended.
        wait_until(lambda: not self.running and _has_ended(supervisor), seconds=STOP_SECONDS, what="the sandbox ends")
        return True

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the lock, with our process id in it; the state of an earlier sandbox is dropped."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock.open("a+") as lock:
            if not _acquired(lock):
                raise SandboxError("a sandbox is up already: `status` shows where, `down` ends it")
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._state.unlink(missing_ok=True)
            shutil.rmtree(self._folder / "cluster", ignore_errors=True)
            try:
                yield
            finally:
                self._state.unlink(missing_ok=True)


def _has_ended(pid: int) -> bool:
    """Whether a process is gone; one that only waits to be reaped has no command line."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


def _acquired(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
