"""Ten thousand SLAs: until all are Ready, what they take of memory, and what it costs to keep their books."""

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.operator import OperatorProcess

from .load import BURSAR, PARALLEL, Manifest, apply_all, collection, lone_sla, names
from .many import bare_rate, costs, meter_of
from .place import NAMESPACE, Place, fresh_place
from .recorded import prometheus_with, recorded
from .report import Figure, at_most
from .starting import metric
from .usage import cpu_seconds, memory_mib, peak_memory_mib
from .watching import Watching, is_ready, is_settled

SLAS: Final = 10_000
FEW: Final = 100
SLA_PATHS: Final = (collection(BURSAR, NAMESPACE, "SLA"),)
PATIENCE_SECONDS: Final = 900.0
BARE: Final = 1000
CYCLE_SECONDS: Final = 60  # the operator's default
QUICK_SECONDS: Final = 2
CYCLES: Final = 5


def scale(count: int) -> list[Figure]:
    """Measure everything about so many SLAs with one objective each, beside a Prometheus that has their series."""
    slas = tuple(lone_sla(NAMESPACE, number) for number in range(count))
    with (
        tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder,
        prometheus_with(recorded(slas), Path(folder)) as url,
    ):
        with fresh_place() as place:
            figures = _found(place, slas, url)
        with fresh_place() as place:
            return figures + _applied(place, slas, url)


def _found(place: Place, slas: tuple[Manifest, ...], url: str) -> list[Figure]:
    """Start where all have been applied before, wait until nothing is left to be written, then let it be."""
    apply_all(place.server, slas[:FEW])
    with place.operator(prometheus_url=url, refresh_interval=f"{QUICK_SECONDS}s") as operator:
        _wait(place, slas[:FEW], _is_read)
        few = _queries_per_cycle(operator, seconds=CYCLES * QUICK_SECONDS, interval=QUICK_SECONDS)
    apply_all(place.server, slas)
    mark, began = place.mark(), time.monotonic()
    with place.operator(prometheus_url=url) as operator:
        meter = meter_of(place, operator)
        with Watching(place.server, SLA_PATHS) as watching:
            ready = watching.until_all(names(slas), is_ready, seconds=PATIENCE_SECONDS)
            spent = costs("found at start", meter)
        peak = peak_memory_mib(operator.process.pid)
        writes = len(place.writes_since(mark)) / len(slas)
        settled = _wait(place, slas, _is_read)
        refreshing = _refresh(place, operator)
    bare = bare_rate(place, parallel=PARALLEL, most=BARE, statuses=SLA_PATHS[0])
    return [
        Figure("found at start: process start to all Ready", ready - began, "s", at_most(90)),
        Figure("found at start: peak memory until all Ready", peak, "MiB", at_most(300)),
        Figure("found at start: writes per SLA until all Ready", writes, ""),
        *spent,
        Figure(
            f"bare loop: a rule and a status applied, {PARALLEL} at a time, for as many SLAs", len(slas) / bare, "s"
        ),
        Figure("found at start: time until all Ready, bare loop = 1", (ready - began) * bare / len(slas), ""),
        Figure("found at start: all Ready to all books written", settled - ready, "s"),
        *refreshing,
        Figure(f"queries per cycle with {FEW} SLAs", few, ""),
    ]


def _refresh(place: Place, operator: OperatorProcess) -> list[Figure]:
    """Let the books be kept, with readings that move in every cycle by less than is worth writing."""
    mark, pid = place.mark(), operator.process.pid
    began, used = time.monotonic(), cpu_seconds(pid)
    queries = _queries_per_cycle(operator, seconds=CYCLES * CYCLE_SECONDS, interval=CYCLE_SECONDS)
    minutes, used = (time.monotonic() - began) / 60, cpu_seconds(pid) - used
    writes = len(place.writes_since(mark))
    return [
        Figure("refresh: processor time a minute", used / minutes, "s", at_most(1)),
        Figure("refresh: writes a minute", writes / minutes, ""),
        Figure("refresh: memory", memory_mib(pid), "MiB", at_most(300)),
        Figure("refresh: peak memory since the start", peak_memory_mib(pid), "MiB", at_most(300)),
        Figure("refresh: queries per cycle", queries, ""),
    ]


def _applied(place: Place, slas: tuple[Manifest, ...], url: str) -> list[Figure]:
    """Apply everything while the operator is idle."""
    with place.operator(prometheus_url=url) as operator:
        operator.wait_ready()
        meter, began = meter_of(place, operator), time.monotonic()
        with Watching(place.server, SLA_PATHS) as watching:
            apply_all(place.server, slas)
            applied = time.monotonic()
            ready = watching.until_all(names(slas), is_ready, seconds=PATIENCE_SECONDS)
        return [
            Figure("applied at once: the applying itself", applied - began, "s"),
            Figure("applied at once: first apply to all Ready", ready - began, "s"),
            Figure("applied at once: last apply to all Ready", ready - applied, "s", at_most(90)),
            Figure("applied at once: peak memory", peak_memory_mib(operator.process.pid), "MiB", at_most(300)),
            *costs("applied at once", meter),
        ]


def _wait(place: Place, slas: tuple[Manifest, ...], holds: Callable[[Mapping[str, Any]], bool]) -> float:
    with Watching(place.server, SLA_PATHS) as watching:
        return watching.until_all(names(slas), holds, seconds=PATIENCE_SECONDS)


def _is_read(resource: Mapping[str, Any]) -> bool:
    """Whether the status holds what the Prometheus of this benchmark has of it."""
    return is_settled(resource) and resource["status"].get("state") == "Healthy"


def _queries_per_cycle(operator: OperatorProcess, *, seconds: int, interval: int) -> float:
    """How many queries a cycle takes, over some time of doing nothing else."""
    before = metric(operator, "bursar_prometheus_query_duration_seconds_count")
    time.sleep(seconds)
    return (metric(operator, "bursar_prometheus_query_duration_seconds_count") - before) * interval / seconds
