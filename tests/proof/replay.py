"""Rules, evaluated over the past by a real Prometheus as it would have done it then.

Every rule is asked for at the very instants at which its group would have been evaluated, each group at its own
phase of its interval and not while Prometheus was down; what it returns is stored as the rule manager stores it, with
a stale marker where a series is not returned any more. A rule that reads another waits until that one is recorded.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bursar.domain.rules import Recording
from sandbox.backfill import receiving_prometheus, served_blocks
from sandbox.process import SandboxError
from sandbox.progress import progress
from sandbox.remote_write import STALE, Series, send
from sandbox.web import request

from .world import SECOND

_POINTS: Final = 10_000  # of one range query; Prometheus allows 11,000
_SECONDS: Final = 300.0
WORKERS: Final = 2
_NAMES: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A recording rule and all instants of its evaluation, in stretches without an interruption."""

    rule: Recording
    instants: Sequence[range]


def replay(jobs: Iterable[Job], folder: Path, blocks: Path) -> None:
    """Evaluate rules over the samples in `blocks`, and add what they record to them."""
    for stage in stages(list(jobs)):
        with (
            progress(", ".join(sorted({job.rule.metric for job in stage}))),
            served_blocks(folder, blocks) as url,
            receiving_prometheus(folder, blocks) as receiver,
            ThreadPoolExecutor(WORKERS) as pool,
        ):
            send(receiver, chain.from_iterable(pool.map(partial(recorded, url), stage)))


def stages(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Order jobs so that each stage reads only what stages before it have recorded."""
    waiting = {job.rule.metric for job in jobs}
    while waiting:
        ready = {
            metric
            for metric in waiting
            if not any(_reads(job.rule) & waiting - {metric} for job in jobs if job.rule.metric == metric)
        }
        if not ready:
            raise SandboxError(f"rules read each other in a circle: {', '.join(sorted(waiting))}")
        waiting -= ready
        yield [job for job in jobs if job.rule.metric in ready]


def needed(rules: Iterable[Recording], wanted: Iterable[str]) -> Iterator[Recording]:
    """Return the rules on which the wanted metrics depend, those of the metrics included."""
    by_metric = {rule.metric: rule for rule in rules}
    found: set[str] = set()
    waiting = set(wanted)
    while waiting:
        found |= waiting
        waiting = {name for metric in waiting for name in _reads(by_metric[metric])} & by_metric.keys() - found
    return (rule for rule in by_metric.values() if rule.metric in found)


def recorded(url: str, job: Job) -> list[Series]:
    """Evaluate one rule; returns what it records."""
    stretches: dict[Labels, list[Series]] = {}
    for span in job.instants:
        for labels, parts in _evaluated(url, job.rule.expression, span).items():
            stretches.setdefault(labels, []).append(_stored(span, parts))
    own = {**job.rule.labels, "__name__": job.rule.metric}
    return [_joined({**dict(labels), **own}, series) for labels, series in stretches.items()]


def _evaluated(url: str, expression: str, span: range) -> dict[Labels, list[Series]]:
    found: dict[Labels, list[Series]] = {}
    for start in range(0, len(span), _POINTS):
        part = span[start : start + _POINTS]
        asked = {"query": expression, "start": part[0] / SECOND, "end": part[-1] / SECOND, "step": span.step / SECOND}
        for series in ask(url, "query_range", **asked):
            points = series["values"]
            times = part if len(points) == len(part) else [round(at * SECOND) for at, _ in points]
            labels = tuple(sorted((name, value) for name, value in series["metric"].items() if name != "__name__"))
            found.setdefault(labels, []).append(Series({}, times, [float(value) for _, value in points]))
    return found


def _stored(span: range, parts: Sequence[Series]) -> Series:
    """Add the stale markers: one at each evaluation that is the first without a value."""
    whole = _joined({}, parts)
    if len(whole.times) == len(span):
        return Series({}, span, whole.values)
    points = dict(zip(whole.times, whole.values, strict=True))
    ends = [last + span.step for last, after in pairwise((*points, span.stop + span.step)) if after > last + span.step]
    points |= {at: STALE for at in ends if at < span.stop}
    times = sorted(points)
    return Series({}, tuple(times), [points[at] for at in times])


def _joined(labels: Mapping[str, str], parts: Sequence[Series]) -> Series:
    if len(parts) == 1:
        return Series(labels, parts[0].times, parts[0].values)
    times = tuple(chain.from_iterable(part.times for part in parts))
    return Series(labels, times, list(chain.from_iterable(part.values for part in parts)))


def ask(url: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """Ask a Prometheus; returns the series of its answer. Raises SandboxError when it has none."""
    answer = request("GET", f"{url}/api/v1/{path}?{urlencode(parameters)}", seconds=_SECONDS)
    if answer.status != 200:
        raise SandboxError(f"{parameters} was answered {answer.status}: {answer.text}")
    result: list[dict[str, Any]] = json.loads(answer.text)["data"]["result"]
    return result


def _reads(rule: Recording) -> set[str]:
    return set(_NAMES.findall(rule.expression))
