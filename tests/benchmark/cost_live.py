"""The rules of many promises in one real Prometheus that scrapes while it evaluates, its windows full of the past."""

import contextlib
import itertools
import re
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from bursar.domain.durations import format_duration, parse_duration
from sandbox.process import LOOPBACK, SandboxError
from sandbox.progress import progress
from sandbox.prometheus import running_prometheus
from sandbox.remote_write import Series
from sandbox.web import read

from .cost_past import LENGTH, REQUESTS, SCRAPE, Level, Past, Question, traffic, write_recordings
from .cost_promise import Engine, Group

RAW: Final = timedelta(days=5)
"""How far raw series go back: further than all rules look but one, the increase over 30 days that Pyrra records."""

MEASURED: Final = timedelta(minutes=2)
SETTLING: Final = 3 * SCRAPE + MEASURED
"""Until there are rates again, and every group was evaluated since."""

SAMPLE: Final = "service-0000"

_METERS: Final = (
    "prometheus_rule_group_duration_seconds_count",
    "prometheus_rule_group_duration_seconds_sum",
    "process_cpu_seconds_total",
    "prometheus_rule_evaluation_failures_total",
)
_LOOKBACK: Final = timedelta(minutes=5)
_READ: Final = re.compile(r"([a-zA-Z_:][\w:]*)\{[^}]*\}(?:\[(\w+)(?::\w*)?\])?(?: offset (\w+))?")


@dataclass(frozen=True, slots=True)
class Load:
    """What so many rules take in a minute: seconds of evaluation, seconds of CPU of the whole Prometheus.

    `kept_up` is the share of evaluations that were not skipped, 0 to 1; the seconds are for all that were due.
    """

    evaluation: float
    cpu: float
    kept_up: float


@dataclass(frozen=True, slots=True)
class _Meter:
    """What a Prometheus has done since it started."""

    evaluations: float
    evaluation: float
    cpu: float
    failed: float

    def since(self, earlier: "_Meter") -> "_Meter":
        """What was done between two readings."""
        return _Meter(*(now - then for now, then in zip(astuple(self), astuple(earlier), strict=True)))


def loads(folder: Path, count: int, engines: Mapping[str, Engine]) -> dict[str, Load]:
    """Measure the rules that engines make for so many services over the same raw series, one after the other."""
    services = [f"service-{number:04}" for number in range(count)]
    now = datetime.now(UTC).replace(microsecond=0)
    one, raw = Past(folder / "one", now), Past(folder / "raw", now)
    one.write(traffic(one, (SAMPLE,), series=1, length=LENGTH))
    with progress(f"the past of {count} services"):
        raw.write(traffic(raw, services, series=1, length=RAW))
    found = {}
    for engine, rules in engines.items():
        levels = write_recordings(one, rules(SAMPLE))
        past = raw.copied(folder / engine)
        past.write(_recordings(past, levels, _reach(rules(SAMPLE)), services))
        groups = [group for service in services for group in rules(service)]
        with progress(f"{count} SLAs by the rules of {engine}"):
            found[engine] = _load(past, groups, frozenset(level.labels["__name__"] for level in levels), services)
        shutil.rmtree(past.folder)
    return found


def _recordings(
    past: Past, levels: Sequence[Level], reach: Mapping[str, timedelta], services: Iterable[str]
) -> Iterator[Series]:
    """What the rules of all services read of what they have recorded, given what those of one have recorded."""
    for service in services:
        for level in levels:
            labels = {name: text.replace(SAMPLE, service) for name, text in level.labels.items()}
            yield Level(labels, level.value, level.interval).series(past, reach.get(labels["__name__"], _LOOKBACK))


def _reach(groups: Iterable[Group]) -> Mapping[str, timedelta]:
    """Metric -> how far back any rule reads it."""
    reach: dict[str, timedelta] = {}
    for group in groups:
        for rule in group["rules"]:
            for metric, window, offset in _READ.findall(rule["expr"]):
                length = sum(map(parse_duration, filter(None, (window, offset))), _LOOKBACK)
                reach[metric] = max(length, reach.get(metric, _LOOKBACK))
    return reach


def _load(past: Past, groups: Sequence[Group], recorded: frozenset[str], services: Sequence[str]) -> Load:
    """Evaluate so often that the time of measuring holds every group's share, and divide it by as much."""
    longest = max(parse_duration(group["interval"]) for group in groups)
    pace = max(1.0, longest / MEASURED)
    hurried = [{**group, "interval": format_duration(parse_duration(group["interval"]) / pace)} for group in groups]
    expected = sum(MEASURED / parse_duration(group["interval"]) for group in hurried)
    with _Counters(services, past.now) as counters, _evaluating(past, hurried, counters.port) as url:
        time.sleep(SETTLING.total_seconds())
        before = _meter(url)
        time.sleep(MEASURED.total_seconds())
        spent = _meter(url).since(before)
        _check(url, recorded, len(services))
    if spent.failed:
        raise SandboxError(f"{spent.failed:.0f} evaluations failed")
    kept_up = spent.evaluations / expected
    minutes = MEASURED * pace * kept_up / timedelta(minutes=1)
    return Load(spent.evaluation / minutes, spent.cpu / minutes, kept_up)


def _evaluating(past: Past, groups: Sequence[Group], port: int) -> contextlib.AbstractContextManager[str]:
    scraped = {
        "job_name": "counters",
        "honor_labels": True,
        "scrape_interval": format_duration(SCRAPE),
        "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}],
    }
    quiet = ("--storage.tsdb.retention.time=10y", "--no-storage.tsdb.allow-overlapping-compaction")
    return running_prometheus(
        past.folder, {"scrape_configs": [scraped]}, rule_groups=groups, blocks=past.blocks, extra=quiet
    )


def _meter(url: str) -> _Meter:
    page = read(f"{url}/metrics")
    return _Meter(*(sum(_values(page, name)) for name in _METERS))


def _check(url: str, recorded: frozenset[str], services: int) -> None:
    """Raise SandboxError when something was not recorded for a service: then rules were cheap, and had no input."""
    names = "|".join(sorted(recorded))
    complete = f'count by (__name__) ({{__name__=~"{names}"}}) >= {services}'
    found = {labels["__name__"] for labels, _ in Question(url, datetime.now(UTC)).ask(complete).found}
    if missing := recorded - found:
        raise SandboxError(f"not recorded for all {services} services: {', '.join(sorted(missing))}")


def _values(page: str, metric: str) -> list[float]:
    """Read all values of a metric from a page of Prometheus' own."""
    return [float(value) for value in re.findall(rf"^{metric}(?:\{{.*\}})? (\S+)$", page, re.MULTILINE)]


class _Counters:
    """Serves the raw series of all services, growing on from where the past ends."""

    def __init__(self, services: Sequence[str], since: datetime) -> None:
        self._series = [
            (f'{metric}{{job="{service}",instance="0"}}', events)
            for service, (metric, events) in itertools.product(services, REQUESTS.items())
        ]
        self._since = since
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def page(self) -> bytes:
        """What a scrape shows now."""
        scrapes = (RAW + (datetime.now(UTC) - self._since)) / SCRAPE
        return "".join(f"{series} {events * scrapes!r}\n" for series, events in self._series).encode()

    def __enter__(self) -> "_Counters":
        threading.Thread(target=self._server.serve_forever, name="counters", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(counters: _Counters) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(counters.page())

        def log_message(self, format: str, *_: Any) -> None:
            """Stay silent."""

    return Handler
