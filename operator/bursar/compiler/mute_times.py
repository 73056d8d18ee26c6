"""Mute times of a channel, in the form of AlertmanagerConfig v1alpha1.

Source: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.MuteTimeInterval
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

from bursar.api import mute_times as api
from bursar.api.mute_times import Month, Weekday
from bursar.domain import mute_times
from bursar.domain.mute_times import MutePlan, Span, UtcWindow

Spec: TypeAlias = Mapping[str, Any]


def muted(mutes: Iterable[api.MuteTime], at: datetime) -> MutePlan:
    """Plan the silence of a channel from an instant in UTC on."""
    return mute_times.muted((mute.resolved() for mute in mutes), at)


def mute_time_intervals(plan: MutePlan) -> list[Spec]:
    """Write all windows of a plan."""
    return [
        {"name": name, "timeIntervals": [_window(window) for window in windows]}
        for name, windows in plan.intervals.items()
    ]


def _window(window: UtcWindow) -> Spec:
    written = {
        "times": [_times(span) for span in window.spans],
        "weekdays": [list(Weekday)[day].value for day in window.weekdays],
        "daysOfMonth": [{"start": first, "end": last} for first, last in _runs(window.days_of_month)],
        "months": [list(Month)[window.month - 1].value] if window.month else [],
        "years": [str(window.year)] if window.year else [],
    }
    return {name: value for name, value in written.items() if value}


def _times(span: Span) -> Spec:
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in span)
    return {"startTime": start, "endTime": end}


def _runs(days: tuple[int, ...]) -> list[tuple[int, int]]:
    """Put days that follow each other together."""
    breaks = [0, *(index for index, (left, right) in enumerate(pairwise(days), 1) if right != left + 1), len(days)]
    return [(days[first], days[last - 1]) for first, last in pairwise(breaks) if first < last]
