"""What an Alertmanager answers, as the observers read it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import yaml

from bursar.conventions import ROUTE
from bursar.domain.acknowledgement import Matcher

OUR_ALERTS: Final = Matcher(ROUTE, ".+", regex=True)
OUR_RECEIVERS: Final = ".+/nchan-.+/.+"

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast
_EXPRESSION: Final = re.compile(rf'\s*"?{ROUTE}"?\s*=~\s*"?(.*?)"?\s*', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ActiveAlert:
    """An alert that fires; `receivers` are those that its routes lead to. `quiet`: it is silenced or inhibited."""

    labels: Mapping[str, str]
    receivers: tuple[str, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Configured:
    """What Alertmanager's configuration says: its receivers, and what their routes match `bursar_route` with."""

    receivers: frozenset[str] = frozenset()
    expressions: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouteBooks:
    """One cycle's answers at one time; `alerts` counts what is told to a receiver now."""

    at: datetime
    configured: Configured
    alerts: Mapping[str, int] = field(default_factory=dict)


def read_configuration(text: str) -> Configured:
    """Read Alertmanager's configuration; raises ValueError when it is none."""
    try:
        loaded = yaml.load(text, Loader=_LOADER)
        receivers = frozenset(each["name"] for each in loaded["receivers"])
        expressions: defaultdict[str, set[str]] = defaultdict(set)
        for route in _routes(loaded["route"]):
            expressions[route.get("receiver", "")].update(_expressions(route))
    except (yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"not a configuration of Alertmanager: {type(error).__name__}") from None
    return Configured(receivers, {name: frozenset(found) for name, found in expressions.items()})


def count_alerts(alerts: Iterable[ActiveAlert]) -> Mapping[str, int]:
    """Count by receiver what is neither silenced nor inhibited."""
    return Counter(receiver for alert in alerts if not alert.quiet for receiver in alert.receivers)


def _routes(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield route
    for child in route.get("routes") or ():
        yield from _routes(child)


def _expressions(route: Mapping[str, Any]) -> Iterator[str]:
    for written in route.get("matchers") or ():
        found = _EXPRESSION.fullmatch(written)
        if found:
            yield _ESCAPED.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], found[1])
