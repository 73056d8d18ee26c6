"""Numbers as Grafana shows them, by its unit ids; of those that are not known here the bare number."""

from collections.abc import Callable
from math import floor, isfinite, isnan, log10
from typing import Final

_THOUSANDS: Final = ("", " K", " Mil", " Bil", " Tri")
_BINARY: Final = (" B", " KiB", " MiB", " GiB", " TiB", " PiB")
_LENGTHS: Final = ((31536000, " years"), (604800, " weeks"), (86400, " days"), (3600, " hours"), (60, " mins"))
_RATES: Final = {"reqps": " req/s", "ops": " ops/s", "eps": " evt/s", "mps": " msg/s", "cps": " c/s", "Bps": " B/s"}


def shown(value: float, unit: str = "short", decimals: int | None = None) -> str:
    """Print a value; what is no number is a dash."""
    if not isfinite(value):
        return "–" if isnan(value) else ("∞" if value > 0 else "-∞")
    return _FORMATS.get(unit, _other(unit))(value, decimals)


def _plain(value: float, decimals: int | None) -> str:
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if not value:
        return "0"
    digits = max(0, 2 - floor(log10(abs(value))))
    return f"{value:.{min(digits, 6)}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"


def _scaled(value: float, decimals: int | None, base: float, names: tuple[str, ...]) -> str:
    step = 0
    while abs(value) >= base and step < len(names) - 1:
        value, step = value / base, step + 1
    return _plain(value, decimals) + names[step]


def _short(value: float, decimals: int | None) -> str:
    return _scaled(value, decimals, 1000.0, _THOUSANDS)


def _seconds(value: float, decimals: int | None) -> str:
    size = abs(value)
    for length, name in _LENGTHS:
        if size >= length:
            return _plain(value / length, 1 if decimals is None else decimals) + name
    if size >= 0.9995 or not value:
        return _plain(value, decimals) + " s"
    return _plain(value * 1000, decimals) + " ms"


def _other(unit: str) -> Callable[[float, int | None], str]:
    if unit in _RATES:
        return lambda value, decimals: _short(value, decimals) + _RATES[unit]
    if unit.startswith("suffix:"):
        return lambda value, decimals: _plain(value, decimals) + unit.removeprefix("suffix:")
    return _plain


_FORMATS: Final[dict[str, Callable[[float, int | None], str]]] = {
    "short": _short,
    "s": _seconds,
    "bytes": lambda value, decimals: _scaled(value, decimals, 1024.0, _BINARY),
    "decbytes": lambda value, decimals: _scaled(value, decimals, 1000.0, (" B", " kB", " MB", " GB", " TB")),
    "percent": lambda value, decimals: _plain(value, decimals) + " %",
    "percentunit": lambda value, decimals: _plain(value * 100, decimals) + " %",
}
