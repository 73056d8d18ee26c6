"""Which alerts a channel is told of, and the regular expression by which its route knows them.

A route names resources, not single alerts: all alerts of one share its list. So the expression changes only when a list
does, and that is good, because Alertmanager takes a route with another expression for another route, and says anew what
it has said already.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from bursar.conventions import Kind, Severity
from bursar.domain.alerting import route
from bursar.domain.notify import Notice, steps_for

NOBODY: Final = "nobody"
"""The expression of a channel that nobody names; a route of an alert has a slash."""

_ANY: Final = "[^/]+"
_ALL: Final = tuple(sorted(Severity))
_WITH_PARTS: Final = frozenset({Kind.SLA, Kind.MONITORING_TARGET})


class Call(NamedTuple):
    """One step at which a channel is told of alerts of these severities, in alphabetical order."""

    severities: tuple[str, ...]
    step: int


class Mention(NamedTuple):
    """The alerts of one resource that a channel is told of at one step; a tuple, because it is sorted and compared."""

    kind: Kind
    name: str
    call: Call


Calls: TypeAlias = Mapping[str, tuple[Call, ...]]
"""Name of a channel -> when it is told."""


@lru_cache(maxsize=1024)  # a namespace has few lists, and many resources that share them
def calls(notices: tuple[Notice, ...]) -> Calls:
    """Turn a list round: for every channel the steps at which it is told, and of which severities."""
    told: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for severity in _ALL:
        for number, step in enumerate(steps_for(notices, severity), 1):
            for channel in step.channels:
                told[channel, number].append(severity)
    found: defaultdict[str, tuple[Call, ...]] = defaultdict(tuple)
    for (channel, number), severities in sorted(told.items()):
        found[channel] += (Call(tuple(severities), number),)
    return dict(found)


def expression(mentions: Iterable[Mention]) -> str:
    """Write an expression for `bursar_route` that finds exactly these; resources that are alike share what they can."""
    names: defaultdict[tuple[Kind, Call], set[str]] = defaultdict(set)
    for mention in mentions:
        names[mention.kind, mention.call].add(mention.name)
    return "|".join(_alike(kind, call, names[kind, call]) for kind, call in sorted(names)) or NOBODY


def severity_expression(severities: Iterable[str]) -> str:
    """Write an expression for `bursar_route` that finds all alerts of some severities."""
    return f".+/{_one_of(severities)}/[0-9]+"


def _alike(kind: Kind, call: Call, names: Iterable[str]) -> str:
    incident = f"{kind}/{_one_of(names)}" + (f"/{_ANY}" if kind in _WITH_PARTS else "")
    severity = _ANY if call.severities == _ALL else _one_of(call.severities)
    return route(incident, severity, call.step)


def _one_of(words: Iterable[str]) -> str:
    escaped = [re.sub(r"[^a-zA-Z0-9-]", r"\\\g<0>", word) for word in sorted(words)]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
