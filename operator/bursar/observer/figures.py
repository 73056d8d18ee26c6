"""Which samples are readings, and how times stand in a status."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from bursar.domain.durations import format_duration

HOUR: Final = timedelta(hours=1)
_BEYOND_SENSE: Final = 1e15


def sensible(value: float) -> bool:
    """Tell whether a sample can be a reading: NaN, infinities and absurd magnitudes are garbage."""
    return -_BEYOND_SENSE < value < _BEYOND_SENSE


@lru_cache(maxsize=1024)
def time_text(moment: datetime) -> str:
    """Print a time as RFC 3339 in UTC, to the second; most are the same for all resources of a cycle."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4096)
def window_text(window: timedelta) -> str:
    """Print the length of a window, `1h`; there are few of them."""
    return format_duration(window)
