"""Real programs that run together and end together."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.binaries import binary
from sandbox.process import Process


class Programs:
    """Programs with one folder for their logs; `stop` ends all, the last started first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Process] = []

    def __getitem__(self, name: str) -> Process:
        """Return a started program, for tests that harm it."""
        return next(process for process in self._started if process.name == name)

    def start(
        self,
        name: str,
        flags: Mapping[str, object],
        *,
        extra: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Process:
        """Start a program with `--flag=value` for every flag, and `extra` as it is."""
        command = [binary(name), *(f"--{flag}={value}" for flag, value in flags.items()), *extra]
        process = Process(name, command, log=self._folder / f"{name}.log", environment=environment)
        self._started.append(process)
        return process

    def check(self) -> None:
        """Raise SandboxError when a program has ended by itself."""
        for process in self._started:
            process.check()

    def stop(self) -> None:
        """End all; in good order only while all run, as an API server without its etcd waits for long."""
        complete = all(process.running for process in self._started)
        while self._started:
            process = self._started.pop()
            if complete:
                process.stop()
            else:
                process.kill()

    def stop_one(self, name: str) -> None:
        """End one program, which is then no longer missed."""
        process = self[name]
        self._started.remove(process)
        process.stop()
