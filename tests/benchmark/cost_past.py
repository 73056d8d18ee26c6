"""A past of even traffic, and what rules would have recorded meanwhile.

Traffic is the same at every instant, so each rule records the same value at every evaluation: it is asked for once, and
its value is written as its past. That the rule yields this value again from the past of those that it reads is checked
when its cost is measured.
"""

import contextlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bursar.domain.durations import parse_duration
from sandbox.backfill import receiving_prometheus, served_blocks
from sandbox.process import SandboxError
from sandbox.remote_write import Series, send
from sandbox.web import request

from .cost_promise import FAILED, TOTAL, Group, Rule

LENGTH: Final = timedelta(days=31)
SCRAPE: Final = timedelta(seconds=30)
REQUESTS: Final[Mapping[str, int]] = {TOTAL: 4000, FAILED: 2}
"""Metric -> events of one series in one scrape interval: half of the budget burns."""

PATIENCE_SECONDS: Final = 120.0
"""How long an answer may take while a thousand SLAs are evaluated."""

_MILLISECOND: Final = timedelta(milliseconds=1)
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Past:
    """Samples in a folder, up to an instant, which is the present of everybody who asks."""

    folder: Path
    now: datetime

    @property
    def blocks(self) -> Path:
        """The folder of the TSDB."""
        return self.folder / "blocks"

    def write(self, series: Iterable[Series]) -> None:
        """Add series."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with receiving_prometheus(self.folder, self.blocks) as url:
            send(url, series)

    def copied(self, folder: Path) -> "Past":
        """The same samples in another folder, without taking room twice."""
        copy = Past(folder, self.now)
        shutil.copytree(self.blocks, copy.blocks, copy_function=os.link)
        return copy

    @contextlib.contextmanager
    def asked(self) -> Iterator["Question"]:
        """Run a Prometheus that answers from it."""
        with served_blocks(self.folder, self.blocks) as url:
            yield Question(url, self.now)

    def times(self, interval: timedelta, length: timedelta) -> tuple[int, ...]:
        """Every interval of so much time, now included, in ms."""
        step, end = interval // _MILLISECOND, round(self.now.timestamp() * 1000)
        return tuple(range(end - length // interval * step, end + 1, step))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one evaluation of a rule yields, and how many samples it reads."""

    found: tuple[tuple[Mapping[str, str], float], ...]
    samples: int


@dataclass(frozen=True, slots=True)
class Question:
    """A Prometheus, and the instant at which it is asked."""

    url: str
    at: datetime

    def ask(self, expression: str) -> Evaluation:
        """Evaluate an expression, with the statistics of Prometheus."""
        query = f"query={quote(expression)}&time={self.at.timestamp():.3f}&stats=all"
        said = request("GET", f"{self.url}/api/v1/query?{query}", seconds=PATIENCE_SECONDS)
        if said.status != 200:
            raise SandboxError(f"{expression}: {said.status} {said.text}")
        answer = json.loads(said.text)["data"]
        found = tuple((row["metric"], float(row["value"][1])) for row in answer["result"])
        return Evaluation(found, answer["stats"]["samples"]["totalQueryableSamples"])


@dataclass(frozen=True, slots=True)
class Level:
    """A recorded series, which has had one value every `interval`."""

    labels: Mapping[str, str]
    value: float
    interval: timedelta

    def series(self, past: Past, length: timedelta) -> Series:
        """The last samples of it."""
        times = past.times(self.interval, length)
        return Series(self.labels, times, [self.value] * len(times))


def traffic(past: Past, services: Iterable[str], *, series: int, length: timedelta) -> Iterator[Series]:
    """So many series of all requests of each service, and as many of those that failed."""
    times = past.times(SCRAPE, length)
    counted = {metric: [float(events * step) for step in range(len(times))] for metric, events in REQUESTS.items()}
    for service in services:
        for metric, values in counted.items():
            for number in range(series):
                yield Series({"__name__": metric, "job": service, "instance": str(number)}, times, values)


def write_recordings(past: Past, groups: Iterable[Group]) -> list[Level]:
    """Write what all recordings would have recorded; one that yields nothing, as in calm, is left out."""
    waiting = [(rule, parse_duration(group["interval"])) for group in groups for rule in group["rules"]]
    levels: list[Level] = []
    while waiting:
        with past.asked() as question:
            found = [(pair, list(_levels(question, *pair))) for pair in waiting if "record" in pair[0]]
        new = [level for _, of_rule in found for level in of_rule]
        if not new:
            break
        past.write(level.series(past, LENGTH) for level in new)
        levels += new
        waiting = [pair for pair, of_rule in found if not of_rule]
    return levels


def samples_per_minute(question: Question, groups: Iterable[Group]) -> float:
    """Add up what all rules read, each as often as its group is evaluated."""
    return sum(
        _checked(question, rule).samples * (timedelta(minutes=1) / parse_duration(group["interval"]))
        for group in groups
        for rule in group["rules"]
    )


def _levels(question: Question, rule: Rule, interval: timedelta) -> Iterator[Level]:
    for labels, value in question.ask(rule["expr"]).found:
        yield Level(_recorded_labels(labels, rule), value, interval)


def _checked(question: Question, rule: Rule) -> Evaluation:
    """Evaluate a rule; a recording must yield what its past says."""
    evaluation = question.ask(rule["expr"])
    for labels, value in evaluation.found if "record" in rule else ():
        past = _past_value(question, _recorded_labels(labels, rule))
        if not math.isclose(past, value, rel_tol=_TOLERANCE):
            raise SandboxError(f"{rule['record']} yields {value} now, but its past says {past}")
    return evaluation


def _past_value(question: Question, labels: Mapping[str, str]) -> float:
    matchers = ",".join(f"{name}={json.dumps(text)}" for name, text in labels.items())
    ((_, value),) = question.ask(f"{{{matchers}}}").found
    return value


def _recorded_labels(labels: Mapping[str, Any], rule: Rule) -> Mapping[str, str]:
    return {**labels, **rule.get("labels", {}), "__name__": rule["record"]}
