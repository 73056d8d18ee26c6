"""Lengths of time in OpenSLO: minutes to years."""

import re
from datetime import timedelta
from typing import Final

from bursar.cli.foreign.parts import mapping, text
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.domain.durations import format_duration

_UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(days=7),
    "M": timedelta(days=30),
    "Q": timedelta(days=90),
    "Y": timedelta(days=365),
}
_UNEVEN: Final = frozenset({"M", "Q", "Y"})
_DURATION: Final = re.compile(r"([0-9]+)([mhdwMQY]?)")
_DAY: Final = timedelta(days=1)


def length(raw: object, *, what: str) -> timedelta:
    """Read a duration; a number alone means minutes. Raises Refusal."""
    found = _DURATION.fullmatch(text(raw))
    if found is None:
        raise Refusal(f"{what} {raw!r} is not a duration, such as 5m, 28d or 1M")
    return int(found.group(1)) * _UNITS[found.group(2) or "m"]


def rolling(windows: list[Raw], remarks: Remarks) -> str:
    """Return the rolling window that comes nearest; without one, 30 days."""
    if not windows:
        remarks.changed("timeWindow is missing: the window is 30d")
        return format_duration(_UNITS["M"])
    window, *others = windows
    if others:
        remarks.lost("timeWindow: all but the first; repeat the objective for another window")
    duration, calendar = text(window.get("duration")), mapping(window.get("calendar"))
    if calendar or window.get("isRolling") is False:
        return format_duration(_of_calendar(duration, calendar, remarks))
    found = length(duration, what="timeWindow")
    if duration[-1:] in _UNEVEN:
        remarks.changed(f"the window of {duration} is {format_duration(found)}")
    return format_duration(found)


def _of_calendar(duration: str, calendar: Raw, remarks: Remarks) -> timedelta:
    """Take a calendar window for a rolling one of its length; one of minutes is meant to be months."""
    found = length(duration, what="timeWindow")
    if found < _DAY and duration.endswith("m"):
        found = length(f"{duration[:-1]}M", what="timeWindow")
    zone = text(calendar.get("timeZone"))
    since = f", which starts at {calendar['startTime']}" if calendar.get("startTime") else ""
    remarks.changed(
        f"the calendar window of {duration}{f' in {zone}' if zone else ''}{since} is a rolling one of "
        f"{format_duration(found)}"
    )
    return found
