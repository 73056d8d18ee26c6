"""What stands in place of variables in a picture: what readers see first when they open the dashboard."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bursar.domain.durations import format_duration

_REFERENCE: Final = re.compile(r"\$\{(\w+)(?::(\w+))?[^}]*\}|\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]")
_LABEL_VALUES: Final = re.compile(r"label_values\(\s*(?:(?P<series>.+?)\s*,\s*)?(?P<label>\w+)\s*\)\s*\Z", re.DOTALL)
_EVERYTHING: Final = "$__all"
_LEAST_RATE: Final = timedelta(minutes=4)  # four times the minute that Grafana takes as scrape interval


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values of a label, of series that `series` selects or of all; for the variable `name`."""

    name: str
    label: str
    series: str


def built_in(span: timedelta, step: timedelta) -> dict[str, str]:
    """Return Grafana's own variables for a picture of `span`, with a point every `step`."""
    return {
        "__interval": format_duration(step),
        "__interval_ms": str(int(step.total_seconds() * 1000)),
        "__rate_interval": format_duration(max(_LEAST_RATE, step + timedelta(minutes=1))),
        "__range": format_duration(span),
        "__range_s": str(int(span.total_seconds())),
        "__range_ms": str(int(span.total_seconds() * 1000)),
    }


def chosen(dashboard: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Wanted, ...]]:
    """Return the values that the dashboard itself knows, and those that Prometheus must be asked for."""
    values: dict[str, str] = {}
    wanted: list[Wanted] = []
    for variable in (dashboard.get("templating") or {}).get("list") or ():
        name, first = str(variable.get("name")), _first(variable)
        asked = _LABEL_VALUES.match(_query(variable)) if variable.get("type") == "query" else None
        if asked and first in ("", _EVERYTHING):
            wanted.append(Wanted(name, asked["label"], asked["series"] or ""))
        else:
            values[name] = first
    return values, tuple(wanted)


def either(values: tuple[str, ...]) -> str:
    """Write several values of a variable as the regular expression that Grafana makes of them."""
    escaped = [re.sub(r"([\\.^$*+?()|\[\]{}])", r"\\\\\1", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Replace the variables of a text that have a value."""

    def replaced(found: re.Match[str]) -> str:
        name = found[1] or found[3] or found[4]
        return values.get(name, found[0])

    return _REFERENCE.sub(replaced, text)


def _query(variable: Mapping[str, Any]) -> str:
    query = variable.get("query") or variable.get("definition") or ""
    return str(query.get("query", "")) if isinstance(query, dict) else str(query)


def _first(variable: Mapping[str, Any]) -> str:
    current = (variable.get("current") or {}).get("value")
    found = current if current not in (None, "", []) else next(_offered(variable), "")
    if not isinstance(found, list):
        return str(found)
    several = tuple(map(str, found))
    return _EVERYTHING if _EVERYTHING in several else either(several)


def _offered(variable: Mapping[str, Any]) -> Iterator[str]:
    for option in variable.get("options") or ():
        yield str(option.get("value", ""))
    if variable.get("type") in ("constant", "textbox", "custom", "interval"):
        yield str(variable.get("query") or "").split(",")[0].strip()
