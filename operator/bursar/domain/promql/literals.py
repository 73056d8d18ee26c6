"""What numbers and durations are worth, read as Go reads them.

Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
"""

import math
import re
from typing import Final

from bursar.domain.promql.tokens import shortened

_LONGEST: Final = 2**63 - 1  # nanoseconds, and the largest integer, of Go's 64 bits
_MILLISECONDS: Final = {
    "y": 31_536_000_000,
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_DURATION: Final = re.compile("".join(f"(?:0*([0-9]{{1,20}}){unit})?" for unit in _MILLISECONDS))
_OCTAL: Final = re.compile(r"0[0-7_]+")
_WHOLE_UNITS: Final = ("y", "w")  # printed only when nothing remains: 90d reads better than 12w6d


def parse_number(text: str) -> float:
    """Read a decimal, octal (leading 0) or hexadecimal number, Inf or NaN; raises ValueError."""
    try:
        value = _value(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a number; an underscore may only stand between digits") from None
    if math.isinf(value) and text.lower() != "inf":
        raise ValueError(f"{_shown(text)} is too large; write Inf for infinity")
    return value


def parse_seconds(text: str) -> float:
    """Read a duration such as 1h30m; return seconds. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is not a duration; write each unit once, largest first, such as 1h30m")
    counts = zip(found.groups("0"), _MILLISECONDS.values(), strict=True)
    milliseconds = sum(int(count) * length for count, length in counts)
    if milliseconds * 1_000_000 > _LONGEST:
        raise ValueError(f"{_shown(text)} is too long; Prometheus knows at most 292 years")
    return milliseconds / 1000


def format_number(value: float) -> str:
    """Print a number so that exactly it is read back."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(value).removesuffix(".0")


def format_seconds(seconds: float) -> str:
    """Print a duration of whole milliseconds, with a minus sign before a negative one."""
    rest = round(abs(seconds) * 1000)
    parts = []
    for unit, length in _MILLISECONDS.items():
        if unit not in _WHOLE_UNITS or rest % length == 0:
            count, rest = divmod(rest, length)
            parts += [f"{count}{unit}"] if count else []
    return ("-" if seconds < 0 else "") + ("".join(parts) or "0s")


def _value(text: str) -> float:
    """Return infinity for what is too large."""
    if text[:2].lower() == "0x":
        whole = int(text, 16)
        return float(whole) if whole <= _LONGEST else math.inf
    if _OCTAL.fullmatch(text) and (whole := int(f"0o{text[1:]}", 8)) <= _LONGEST:
        return float(whole)
    return float(text)  # also octal numbers that do not fit into 64 bits, as Go has it


def _shown(text: str) -> str:
    return f'"{shortened(text)}"'
