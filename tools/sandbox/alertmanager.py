"""One Alertmanager without a cluster: whatever configuration a test gives it, and alerts by hand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import yaml

from sandbox.binaries import binary
from sandbox.process import LOOPBACK, Process, SandboxError, free_port
from sandbox.web import is_ready, request

START_SECONDS: Final = 60.0
LIFETIME: Final = timedelta(hours=1)  # of an alert that nobody sends again


class Alertmanager:
    """An Alertmanager on its own data in `folder`, which `start` after `stop` finds again."""

    def __init__(self, folder: Path, configuration: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"http://{LOOPBACK}:{free_port()}"
        self._folder = folder
        self._process: Process | None = None
        self._file.write_text(yaml.safe_dump(dict(configuration)))

    @property
    def _file(self) -> Path:
        return self._folder / "alertmanager.yaml"

    def start(self) -> Self:
        """Start it and wait until it serves."""
        flags = {
            "config.file": self._file,
            "storage.path": self._folder / "data",
            "cluster.listen-address": "",
            "web.listen-address": self.url.removeprefix("http://"),
        }
        command = [binary("alertmanager"), *(f"--{flag}={value}" for flag, value in flags.items())]
        self._process = Process("alertmanager", command, log=self._folder / "alertmanager.log")
        self._process.wait_ready(lambda: is_ready(f"{self.url}/-/ready"), seconds=START_SECONDS)
        return self

    def stop(self) -> None:
        """End it in good order: it writes its silences down."""
        if self._process is not None:
            self._process.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fire(self, *alerts: Mapping[str, str], resolved: bool = False) -> None:
        """Send alerts to it."""
        send_alerts(self.url, *alerts, resolved=resolved)


def send_alerts(url: str, *alerts: Mapping[str, str], resolved: bool = False) -> None:
    """Send alerts as Prometheus does, by their labels; `resolved` ends them."""
    now = datetime.now(UTC)
    ends = now if resolved else now + LIFETIME
    body = [{"labels": dict(labels), "endsAt": ends.isoformat()} for labels in alerts]
    headers = {"Content-Type": "application/json"}
    answer = request("POST", f"{url}/api/v2/alerts", body=json.dumps(body).encode(), headers=headers)
    if answer.status != 200:
        raise SandboxError(f"{url} refused alerts: {answer.status} {answer.text}")
