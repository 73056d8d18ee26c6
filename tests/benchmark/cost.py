"""What the rules of promises cost a Prometheus, beside those of the peers."""

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.progress import progress

from .cost_live import loads
from .cost_past import LENGTH, Past, samples_per_minute, traffic, write_recordings
from .cost_rules import BURSAR, ENGINES, PEERS, bursar
from .report import Figure, Goal, at_most

SERIES: Final = (1, 20)
SLAS: Final = 1000
SERVICE: Final = "checkout"
NOW: Final = datetime(2026, 9, 1, tzinfo=UTC)
A_FIFTH: Final = at_most(20)  # percent


def samples_read() -> list[Figure]:
    """Count the samples that the rules of one promise read in a minute, over few and many raw series."""
    figures: list[Figure] = []
    for series in SERIES:
        with tempfile.TemporaryDirectory(prefix="bursar-cost-") as folder, progress(f"{series} raw series"):
            read = _samples_read(Path(folder), series)
        figures += _compared(f"samples read, {series} raw series", read, "/min", A_FIFTH)
    return figures


def rules_evaluated(count: int) -> list[Figure]:
    """Measure what the rules of so many promises take of one Prometheus in a minute."""
    with tempfile.TemporaryDirectory(prefix="bursar-cost-") as folder:
        found = loads(Path(folder), count, {BURSAR: bursar, **PEERS})
    evaluation = {engine: load.evaluation for engine, load in found.items()}
    cpu = {engine: load.cpu for engine, load in found.items()}
    return [
        *(Figure(f"evaluations done in time: {engine}", load.kept_up * 100, "%") for engine, load in found.items()),
        *_compared(f"rule evaluation, {count} SLAs", evaluation, "s/min"),
        *_compared(f"CPU of Prometheus, {count} SLAs", cpu, "s/min"),
    ]


def _samples_read(folder: Path, series: int) -> Mapping[str, float]:
    raw, read = Past(folder / "raw", NOW), {}
    raw.write(traffic(raw, (SERVICE,), series=series, length=LENGTH))
    for engine, rules in ENGINES.items():
        past, groups = raw.copied(folder / engine), rules(SERVICE)
        write_recordings(past, groups)
        with past.asked() as question:
            read[engine] = samples_per_minute(question, groups)
    return read


def _compared(what: str, measured: Mapping[str, float], unit: str, goal: Goal | None = None) -> Iterator[Figure]:
    """Every engine's own figure, then ours as a share of each peer's; the goal is for peers as they are by default."""
    for engine, value in measured.items():
        yield Figure(f"{what}: {engine}", value, unit)
    for engine, value in measured.items():
        if engine != BURSAR:
            share = 100 * measured[BURSAR] / value
            yield Figure(f"{what}: {BURSAR} / {engine}", share, "%", goal if engine in PEERS else None)
