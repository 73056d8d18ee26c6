"""The operator as a real process, under the rights of a kubeconfig."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from sandbox.process import LOOPBACK, Process, SandboxError
from sandbox.web import read

READY_SECONDS: Final = 60.0
SOURCES: Final = Path(__file__).parents[2] / "operator"


class OperatorProcess:
    """One `bursar operator`; `settings` by their name in the settings model, `environment` for all else."""

    def __init__(
        self,
        kubeconfig: Path,
        *,
        log: Path,
        settings: Mapping[str, str],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        given = {"listen_address": LOOPBACK, "listen_port": "0", **settings}
        variables = {f"BURSAR_{name.upper()}": value for name, value in given.items()}
        log.unlink(missing_ok=True)
        self.process = Process(
            "bursar",
            [sys.executable, "-m", "bursar", "operator"],
            log=log,
            environment={
                "KUBECONFIG": str(kubeconfig),
                "PYTHONPATH": os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")]),
                **variables,
                **(environment or {}),
            },
        )

    @property
    def url(self) -> str:
        """Where it serves health and metrics; empty until it listens."""
        for entry in self.log_entries():
            if entry.get("message") == "listening":
                return f"http://{LOOPBACK}:{entry['port']}"
        return ""

    def log_entries(self) -> Iterator[Mapping[str, Any]]:
        """Yield what it has logged."""
        for line in self.process.log.read_text().splitlines():
            if line.startswith("{") and line.endswith("}"):
                yield json.loads(line)

    def read(self, path: str) -> str:
        """Read one of its pages, such as /metrics; raises SandboxError when it does not answer with 200."""
        return read(self.url + path)

    def wait_ready(self) -> Self:
        """Wait until its caches are in sync."""
        self.process.wait_ready(self._is_ready, seconds=READY_SECONDS)
        return self

    def stop(self) -> int:
        """End it by SIGTERM, by SIGKILL if it takes too long; returns its exit code."""
        return self.process.stop()

    def kill(self) -> int:
        """End it by SIGKILL, as the loss of a node does; returns its exit code."""
        return self.process.kill()

    def _is_ready(self) -> bool:
        try:
            return bool(self.url) and self.read("/readyz") == "ok"
        except SandboxError:
            return False
