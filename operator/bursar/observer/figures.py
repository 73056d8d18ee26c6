"""How numbers and times stand in a status: decimal strings, whole counts, RFC 3339 in UTC."""

from datetime import datetime, timedelta
from typing import Final

from bursar.domain.durations import format_duration

_BEYOND_SENSE: Final = 1e15
_SECOND: Final = timedelta(seconds=1)


def sensible(value: float) -> bool:
    """Tell whether a sample can be shown: NaN, infinities and absurd magnitudes are garbage, never a reading."""
    return -_BEYOND_SENSE < value < _BEYOND_SENSE


def decimal_text(value: float, places: int) -> str:
    """Print with at most `places` digits behind the point, without exponent, trailing zeros or negative zero."""
    text = f"{value:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def success_percent(error_ratio: float, places: int) -> str:
    """Print the share of good events in percent; 100 is printed only when nothing was bad."""
    text = decimal_text(100 * (1 - error_ratio), places)
    return f"99.{'9' * places}" if text == "100" and error_ratio > 0 else text


def time_text(moment: datetime) -> str:
    """Print a time in UTC to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def duration_text(length: timedelta) -> str:
    """Print a length to the second, `17m48s`; a negative one as `0s`."""
    return format_duration(max(length, timedelta()) // _SECOND * _SECOND)
