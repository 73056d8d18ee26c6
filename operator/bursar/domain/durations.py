"""Prometheus durations: `90s`, `1h30m`, `30d`.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final

_UNITS: Final = {
    "y": timedelta(days=365),
    "w": timedelta(days=7),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_PRINTED: Final = ("d", "h", "m", "s", "ms")
_DURATION: Final = re.compile("".join(f"(?:(?P<{unit}>[0-9]+){unit})?" for unit in _UNITS))
_MAX_LENGTH: Final = 32
_LONGEST: Final = timedelta(days=36500)


def parse_duration(text: str) -> timedelta:
    """Read a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest unit first.

    A year has 365 days and a week seven, as in Prometheus. Raises ValueError; its message shows the cure.
    """
    found = _DURATION.fullmatch(text) if 0 < len(text) <= _MAX_LENGTH else None
    if found is None:
        raise ValueError(
            f"{_shown(text)} is not a duration; write whole numbers with d, h, m, s or ms, "
            "largest unit first, such as 30s, 5m, 1h30m or 30d"
        )
    try:
        length = sum((int(count) * _UNITS[unit] for unit, count in found.groupdict("0").items()), timedelta())
    except OverflowError:
        length = timedelta.max
    if length > _LONGEST:
        raise ValueError(f"{_shown(text)} is too long; the longest duration is {format_duration(_LONGEST)}")
    return length


@lru_cache(maxsize=1024)
def format_duration(length: timedelta) -> str:
    """Print the canonical form, days first: 90 s is `1m30s`, 36 h is `1d12h`, nothing is `0s`.

    Raises ValueError for what Prometheus cannot express: negative lengths and fractions of a millisecond.
    """
    if length < timedelta() or length % _UNITS["ms"]:
        raise ValueError(f"{length!r} is not a whole, non-negative number of milliseconds")
    parts = []
    rest = length
    for unit in _PRINTED:
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _MAX_LENGTH else repr(text[:_MAX_LENGTH] + "…")
