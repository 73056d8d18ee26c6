"""The few PromQL shapes that every rule is made of, as text that parses in Prometheus 2.45 and later."""

from collections.abc import Iterable
from datetime import timedelta

from bursar.domain.durations import format_duration
from bursar.domain.promql.selector import Selector


def rate(selector: Selector, window: timedelta) -> str:
    """Per-second increase of counters over a window."""
    return f"rate({selector}[{format_duration(window)}])"


def aggregate(function: str, labels: Iterable[str], vector: str) -> str:
    """Aggregate everything but `labels`; without labels, everything."""
    names = ", ".join(labels)
    return f"{function} by ({names}) ({vector})" if names else f"{function}({vector})"


def sum_by(labels: Iterable[str], vector: str) -> str:
    """Sum over everything but `labels`; without labels, over everything."""
    return aggregate("sum", labels, vector)


def over_time(function: str, series: Selector, window: timedelta, *, offset: timedelta | None = None) -> str:
    """Apply a `…_over_time` function to one range of a series."""
    shift = f" offset {format_duration(offset)}" if offset else ""
    return f"{function}_over_time({series}[{format_duration(window)}]{shift})"


def ratio(part: str, whole: str) -> str:
    """Divide, leaving out what has no traffic: idle is absent, never NaN."""
    return f"{part} / ({whole} > 0)"
