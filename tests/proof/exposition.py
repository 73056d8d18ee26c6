"""What Prometheus has of an instance: the samples that its scrapes would have stored, stale markers included."""

from collections.abc import Iterator, Sequence
from itertools import chain, compress
from typing import Final, TypeVar

from sandbox.remote_write import STALE, HistogramSeries, Series

from .world import Instance, Sight

SCHEMA: Final = 0  # each bucket of a native histogram ends at twice the end of the one before,
FIRST: Final = -2  # and the first one at a quarter of a second

_Value = TypeVar("_Value")


def scraped(instance: Instance, metric: str, values: Sequence[float | None], **labels: str) -> Series:
    """Store one value per scrape; None where the process did not show the series.

    A series that is not found any more ends with a stale marker. While Prometheus is down it writes nothing at all.
    """
    stored = list(_stored(instance, values))
    found = [STALE if value is None else value for _, value in stored]
    return Series(_named(instance, metric, labels), _times(instance, stored), found)


def scraped_histogram(instance: Instance, metric: str, values: Sequence[Sequence[int]]) -> HistogramSeries:
    """Store one native histogram per scrape: the events so far of each bucket."""
    stored = list(_stored(instance, values))
    found = [value for _, value in stored]
    return HistogramSeries(_named(instance, metric, {}), _times(instance, stored), found, SCHEMA, FIRST)


def shown_late(instance: Instance, values: Sequence[int]) -> list[int | None]:
    """Hide a counter until its first event since the process began: a label value that nobody has initialised."""
    shown: list[int | None] = list(values)
    for start, end in instance.runs:
        first = next(compress(range(start, end), values[start:end]), end)
        shown[start:first] = [None] * (first - start)
    return shown


def _stored(instance: Instance, values: Sequence[_Value | None]) -> Iterator[tuple[int, _Value | None]]:
    fresh = False
    end = [(instance.scrapes.stop, Sight.FAILED, None)] if instance.gone else []
    for at, sight, value in chain(zip(instance.scrapes, instance.sights, values, strict=True), end):
        if sight == Sight.BLIND:
            continue
        shown = value if sight == Sight.SEEN else None
        if fresh or shown is not None:
            yield at, shown
        fresh = shown is not None


def _named(instance: Instance, metric: str, labels: dict[str, str]) -> dict[str, str]:
    return {"__name__": metric, **instance.labels, **labels}


def _times(instance: Instance, stored: Sequence[tuple[int, object]]) -> Sequence[int]:
    """Return the times; those of an undisturbed instance as they are, so that they are encoded only once."""
    times = tuple(at for at, _ in stored)
    return instance.scrapes if times == tuple(instance.scrapes) else times
