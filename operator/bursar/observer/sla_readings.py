"""What one cycle says about one objective, before it is put in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

from bursar.compiler.facts import ObjectiveFacts
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    PAGE_ALERT,
    SLI_TOTAL_RATE,
    TICKET_ALERT,
    TRAFFIC_LOW,
)
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import TierKind
from bursar.observer.sla_books import Found, Group, Readings, SlaBooks
from bursar.observer.sla_series import Identity

_ALERTS: Final = ((TierKind.PAGE, PAGE_ALERT), (TierKind.TICKET, TICKET_ALERT))


class State(StrEnum):
    """How an objective, or an SLA, is doing; the worst comes first."""

    EXHAUSTED = "Exhausted"
    BURNING = "Burning"
    NO_DATA = "NoData"
    AT_RISK = "AtRisk"
    UNKNOWN = "Unknown"
    HEALTHY = "Healthy"


SEVERITY_OF_STATE: Final[Mapping[str, int]] = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one cycle says about one objective.

    `worst` are the readings of the group that has the least left. `firing` are the alerts that fire for any group, the
    more urgent first. `loaded` tells whether Prometheus evaluates the version of the rules that was compiled.
    `doubled_by` are the labels that tell two records of one budget apart, `found` what there is of the series that the
    objective reads (None: nobody looked).
    """

    facts: ObjectiveFacts
    groups: Mapping[Group, Readings]
    worst: Readings
    firing: tuple[TierKind, ...]
    loaded: bool
    definitions: frozenset[str]
    doubled_by: tuple[str, ...]
    found: Found | None

    @property
    def low_traffic(self) -> float | None:
        """The least number of bad events that a group's window allows, where that is too few for burn alerts."""
        return min((group[TRAFFIC_LOW] for group in self.groups.values() if TRAFFIC_LOW in group), default=None)


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
        doubled_by=books.doubled_by(identity, facts.group_by),
        found=books.found.get(identity),
    )


def state(reading: Reading) -> State:
    """Judge one objective; its worst group and any alert of any group decide."""
    left = reading.worst.get(BUDGET_REMAINING)
    if left is not None and left <= 0:
        return State.EXHAUSTED
    if reading.firing:
        return State.BURNING
    if reading.loaded and not reading.facts.may_be_absent and not has_traffic(reading):
        return State.NO_DATA
    if left is None:
        return State.UNKNOWN
    return State.AT_RISK if _at_risk(reading, left) else State.HEALTHY


def has_traffic(reading: Reading) -> bool:
    """Tell whether events are recorded at all; none at a rate of 0 are recorded too."""
    return any(SLI_TOTAL_RATE in group for group in reading.groups.values())


def _at_risk(reading: Reading, left: float) -> bool:
    """Judge as the alert does: by what is left if all that is not covered yet goes well."""
    below = reading.facts.risk_below
    return below is not None and 1 - (1 - left) * reading.worst.get(COVERAGE_RATIO, 1.0) < below / 100


def burning_tier(reading: Reading, kind: TierKind) -> str | None:
    """Name the fastest tier of a kind whose error ratios are above its threshold, of any group; None: none is."""
    for tier in reading.facts.tiers.of(kind):
        long, short = error_ratio_metric(tier.long), error_ratio_metric(tier.short)
        for group in reading.groups.values():
            if min(group.get(long, 0.0), group.get(short, 0.0)) > tier.threshold:
                return str(tier)
    return None
