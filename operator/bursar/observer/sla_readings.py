"""What one cycle says about one objective, before it is put in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

from bursar.compiler.facts import ObjectiveFacts
from bursar.conventions import BUDGET_REMAINING, PAGE_ALERT, SLI_TOTAL_RATE, TICKET_ALERT
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import TierKind
from bursar.observer.sla_books import Group, Identity, Readings, SlaBooks

_ALERTS: Final = ((TierKind.PAGE, PAGE_ALERT), (TierKind.TICKET, TICKET_ALERT))


class State(StrEnum):
    """How an objective, or an SLA, is doing; the worst comes first."""

    EXHAUSTED = "Exhausted"
    BURNING = "Burning"
    NO_DATA = "NoData"
    UNKNOWN = "Unknown"
    HEALTHY = "Healthy"


SEVERITY_OF_STATE: Final[Mapping[str, int]] = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one cycle says about one objective.

    `worst` are the readings of the group that has the least left. `firing` are the alerts that fire for any group, the
    more urgent first. `loaded` tells whether Prometheus evaluates the version of the rules that was compiled.
    """

    facts: ObjectiveFacts
    groups: Mapping[Group, Readings]
    worst: Readings
    firing: tuple[TierKind, ...]
    loaded: bool
    definitions: frozenset[str]
    buckets: tuple[str, ...] | None


def budget_left(group: Readings) -> float:
    """Return what is left of a group's budget (1 is all); one that is not known comes last."""
    return group.get(BUDGET_REMAINING, inf)


def read(facts: ObjectiveFacts, identity: Identity, books: SlaBooks) -> Reading:
    """Take one objective's readings out of the books."""
    groups = books.groups(identity, facts.group_by)
    definitions = books.definitions(identity)
    return Reading(
        facts=facts,
        groups=groups,
        worst=min(groups.values(), key=budget_left, default={}),
        firing=tuple(kind for kind, alert in _ALERTS if any(alert in group for group in groups.values())),
        loaded=facts.definition in definitions,
        definitions=definitions,
        buckets=books.buckets.get(identity),
    )


def state(reading: Reading) -> State:
    """Judge one objective; its worst group and any alert of any group decide."""
    left = reading.worst.get(BUDGET_REMAINING)
    if left is not None and left <= 0:
        return State.EXHAUSTED
    if reading.firing:
        return State.BURNING
    if reading.loaded and not any(SLI_TOTAL_RATE in group for group in reading.groups.values()):
        return State.NO_DATA
    return State.UNKNOWN if left is None else State.HEALTHY


def burning_tier(reading: Reading, kind: TierKind) -> str | None:
    """Name the fastest tier of a kind whose error ratios are above its threshold, of any group; None: none is."""
    for tier in reading.facts.tiers.of(kind):
        long, short = error_ratio_metric(tier.long), error_ratio_metric(tier.short)
        for group in reading.groups.values():
            if min(group.get(long, 0.0), group.get(short, 0.0)) > tier.threshold:
                return str(tier)
    return None
