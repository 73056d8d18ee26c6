"""A real Prometheus that has what the rules of many SLAs would have recorded, and moves a little with every scrape."""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import yaml

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.parse import parse_resource
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    OBJECTIVE_INFO,
    PAGE_ACTIVE,
    SLI_ERROR_RATIO,
    TRAFFIC_LOW,
    ChildKind,
    Kind,
)
from sandbox.binaries import binary
from sandbox.process import LOOPBACK, Process, free_port, wait_until
from sandbox.web import is_ready, read

from .load import Manifest

SCRAPE_SECONDS: Final = 30
RARE: Final = (PAGE_ACTIVE, TRAFFIC_LOW)  # recorded only while something is the matter
START_SECONDS: Final = 60.0
FIRST_SCRAPE_SECONDS: Final = 120.0
LEVELS: Final[Mapping[str, float]] = {BUDGET_REMAINING: 0.4125, COVERAGE_RATIO: 0.9955, OBJECTIVE_INFO: 1.0}
ERROR_RATIO: Final = 0.0003
EVENTS: Final = 1.2e6
WANDERING: Final = 0.0005  # far less than what is worth writing into a status


@dataclass(frozen=True, slots=True)
class BareCluster:
    """What a compile sees in the cluster of a benchmark: CRDs, and default settings."""

    policy: RulePolicy = field(default_factory=lambda: RulePolicy(labels={}))
    selectors: Selectors = field(default_factory=lambda: Selectors(servers=(), namespaces={}))

    def serves(self, _: ChildKind) -> bool:
        """Whether a CRD is there."""
        return True

    def target(self, *_: str) -> MonitoringTarget | None:
        """No MonitoringTarget is there."""
        return None


@dataclass(frozen=True, slots=True)
class Line:
    """One series; `level` is around what its value moves."""

    series: str
    level: float
    wanders: bool


def recorded(slas: Iterable[Manifest]) -> Iterator[Line]:
    """List the series that the operator's own rules for these SLAs record, and those that they read."""
    for number, manifest in enumerate(slas):
        name = manifest["metadata"]["name"]
        resource = parse_resource(Kind.SLA, {**manifest, "metadata": {**manifest["metadata"], "uid": str(number)}})
        (generated,) = compile_sla(resource, BareCluster()).apply  # type: ignore[arg-type]
        for group in generated["spec"]["groups"]:
            for rule in group["rules"]:
                if rule.get("record") not in (None, *RARE):
                    yield _line(rule["record"], {**group.get("labels", {}), **rule.get("labels", {})})
        for code in ("200", "500"):
            yield Line(_series("http_requests_total", {"job": name, "code": code}), 0.0, wanders=False)


def _line(metric: str, labels: Mapping[str, str]) -> Line:
    level = ERROR_RATIO if metric.startswith(SLI_ERROR_RATIO) else LEVELS.get(metric, EVENTS)
    return Line(_series(metric, labels), level, wanders=metric != OBJECTIVE_INFO)


def _series(metric: str, labels: Mapping[str, str]) -> str:
    return f"{metric}{{{','.join(f'{name}={_quoted(value)}' for name, value in labels.items())}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class Recorded:
    """Serves lines for one Prometheus to scrape; every scrape shows all that wander a little off their level."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = tuple(lines)
        self._scrapes = itertools.count()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._page))
        self._server.daemon_threads = True
        self.address = f"{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> "Recorded":
        threading.Thread(target=self._server.serve_forever, name="recorded", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _page(self) -> bytes:
        step = next(self._scrapes)
        off = [1 + WANDERING * ((step * 7 + number) % 13 - 6) / 6 for number in range(13)]
        return "".join(
            f"{line.series} {line.level * off[number % 13] if line.wanders else line.level!r}\n"
            for number, line in enumerate(self._lines)
        ).encode()


def _handler(page: Callable[[], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:
            """Stay silent."""

    return Handler


@contextlib.contextmanager
def prometheus_with(lines: Iterable[Line], folder: Path) -> Iterator[str]:
    """Run a Prometheus that scrapes the lines; yields its URL once they are there."""
    with Recorded(lines) as source:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(_configuration(source.address)))
        url = f"http://{LOOPBACK}:{free_port()}"
        flags = {
            "config.file": folder / "prometheus.yaml",
            "storage.tsdb.path": folder / "data",
            "web.listen-address": url.removeprefix("http://"),
        }
        command = [binary("prometheus"), *(f"--{flag}={value}" for flag, value in flags.items())]
        process = Process("prometheus", command, log=folder / "prometheus.log")
        try:
            process.wait_ready(lambda: is_ready(f"{url}/-/ready"), seconds=START_SECONDS)
            wait_until(
                lambda: OBJECTIVE_INFO in read(f"{url}/api/v1/query?query=topk(1,{OBJECTIVE_INFO})"),
                seconds=FIRST_SCRAPE_SECONDS,
                what="the first scrape",
            )
            yield url
        finally:
            process.stop()


def _configuration(address: str) -> Mapping[str, Any]:
    """Scrape one address, and let the series be as rules record them: without the labels of a scrape."""
    ours = {"source_labels": ["__name__"], "regex": "bursar.*", "target_label": "job", "replacement": ""}
    return {
        "scrape_configs": [
            {
                "job_name": "recorded",
                "scrape_interval": f"{SCRAPE_SECONDS}s",
                "scrape_timeout": f"{SCRAPE_SECONDS}s",
                "honor_labels": True,
                "static_configs": [{"targets": [address]}],
                "metric_relabel_configs": [{"action": "labeldrop", "regex": "instance"}, ours],
            }
        ]
    }
