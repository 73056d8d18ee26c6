"""The operator as a real process, under the rights of a kubeconfig."""

import json
import signal
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.process import Process

READY_SECONDS: Final = 60.0


class OperatorProcess:
    """One `bursar operator`; settings go in as BURSAR_* variables."""

    def __init__(self, kubeconfig: Path, *, log: Path, settings: Mapping[str, str]) -> None:
        variables = {f"BURSAR_{name.upper()}": value for name, value in settings.items()}
        environment = {"KUBECONFIG": str(kubeconfig), "BURSAR_LISTEN_ADDRESS": "127.0.0.1", "BURSAR_LISTEN_PORT": "0"}
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "bursar", "operator"]
        self.process = Process("bursar", command, log=log, environment={**environment, **variables})

    @property
    def url(self) -> str:
        """Where it serves health and metrics; empty until it listens."""
        for entry in self.log_entries():
            if entry.get("message") == "listening":
                return f"http://127.0.0.1:{entry['port']}"
        return ""

    def log_entries(self) -> Iterator[Mapping[str, Any]]:
        """Yield what it has logged."""
        for line in self.process.log.read_text().splitlines():
            if line.startswith("{") and line.endswith("}"):
                yield json.loads(line)

    def read(self, path: str) -> str:
        """Read one of its pages, such as /metrics."""
        with urllib.request.urlopen(self.url + path, timeout=10) as response:
            text: str = response.read().decode()
            return text

    def wait_ready(self) -> "OperatorProcess":
        """Wait until its caches are in sync."""
        self.process.wait_ready(self._is_ready, seconds=READY_SECONDS)
        return self

    def stop(self) -> int:
        """End it by SIGTERM; returns its exit code."""
        return self.process.stop()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.process.signal(signal.SIGKILL)
        self.process.stop()

    def _is_ready(self) -> bool:
        try:
            return bool(self.url) and self.read("/readyz") == "ok"
        except OSError:
            return False
