"""What Prometheus records of all SLAs, asked in bulk and indexed once per cycle.

One instant query per metric for the whole cluster: 10,000 objectives cost about 50 ms a metric, one query for each of
them would cost seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bursar.compiler.facts import SlaFacts
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    DEFINITION,
    NAMESPACE,
    OBJECTIVE,
    OBJECTIVE_INFO,
    PAGE_ALERT,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLA_LABEL,
    SLI_ERROR_RATIO,
    SLI_ERROR_RATIO_PERIOD,
    SLI_TOTAL_RATE,
    TICKET_ALERT,
    TRAFFIC_LOW,
)
from bursar.domain.promql.build import over_time
from bursar.domain.promql.selector import Selector
from bursar.observer.samples import Answer
from bursar.observer.sla_series import OWN_LABELS, Identity, SeriesTable, identity_of

_SLOW_LOOKBACK: Final = timedelta(minutes=11)


def _newest(metric: str) -> str:
    """Select a series of the slow group.

    It gets a sample every 5 m, just as far as Prometheus looks back; so it would vanish for a moment each time, and
    for long after a missed evaluation.
    """
    return over_time("last", Selector(metric), _SLOW_LOOKBACK)


_INFO: Final = "info"
_ALERTS: Final = "alerts"
_FIRING: Final = f'ALERTS{{alertname=~"{PAGE_ALERT}|{TICKET_ALERT}",alertstate="firing"}}'
QUERIES: Final[Mapping[str, str]] = {
    "ratio": SLI_ERROR_RATIO_PERIOD,
    "remaining": BUDGET_REMAINING,
    "total": _newest(PERIOD_TOTAL_EVENTS),
    "bad": _newest(PERIOD_BAD_EVENTS),
    "coverage": _newest(COVERAGE_RATIO),
    "traffic": SLI_TOTAL_RATE,
    "low": TRAFFIC_LOW,
    _ALERTS: _FIRING,
    _INFO: f"count by ({NAMESPACE}, {SLA_LABEL}, {OBJECTIVE}, {DEFINITION}) ({OBJECTIVE_INFO})",
}
"""Name of an answer -> the query, for every cycle; `burn_queries` come with them."""

BURNING: Final = f'{{__name__=~"{SLI_ERROR_RATIO}_[0-9].*"}} and on ({NAMESPACE}, {SLA_LABEL}, {OBJECTIVE}) {_FIRING}'
"""All windows of what an alert fires for, whose tier is to be named; asked only while one fires."""

Group: TypeAlias = tuple[str, ...]
"""The values of an objective's groupBy labels, in their order; empty without groupBy."""


@dataclass(frozen=True, slots=True)
class Found:
    """What Prometheus has of the series that an objective reads.

    `total` counts those that must be there, None where there is nothing to look for; `buckets` are the upper bounds of
    a classic histogram, `native` counts the series of a native one. `uncounted` are the bad events that counters held
    when they first came.
    """

    total: int | None = None
    buckets: tuple[str, ...] = ()
    native: int = 0
    uncounted: int = 0


Readings: TypeAlias = Mapping[str, float]
"""Metric, or name of an alert that fires -> value, of one group."""


@dataclass(frozen=True, slots=True)
class SlaBooks:
    """The answers of one cycle, by objective. `at` is the evaluation time of the oldest of them.

    `found` is what was found of the series that an objective reads; one that is not in it was not looked at.
    """

    at: datetime
    table: SeriesTable
    _definitions: Mapping[Identity, tuple[str, ...]]
    found: Mapping[Identity, Found] = field(default_factory=dict)

    @classmethod
    def from_answers(
        cls, answers: Mapping[str, Answer], *, found: Mapping[Identity, Found] | None = None
    ) -> "SlaBooks":
        """Index the answers to QUERIES."""
        gathering = Gathering()
        gathering.add(answers)
        return gathering.books(found or {})

    def definitions(self, identity: Identity) -> frozenset[str]:
        """Return the definitions of an objective that are loaded; two of them for a moment after an edit."""
        return frozenset(self._definitions.get(identity, ()))

    def is_loaded(self, identity: Identity, definition: str) -> bool:
        """Tell whether Prometheus evaluates one version of an objective's rules."""
        return definition in self._definitions.get(identity, ())

    def has_traffic(self, identity: Identity) -> bool:
        """Tell whether the rules of an objective record any events."""
        return self.table.has(identity, SLI_TOTAL_RATE)

    def groups(self, identity: Identity, group_by: tuple[str, ...]) -> Mapping[Group, Readings]:
        """Divide an objective's readings by the values of its groupBy labels.

        A series without one of the labels belongs to the group of its empty value, as in PromQL. Labels that a
        querier adds (`prometheus`, `cluster`) divide nothing.
        """
        groups: dict[Group, dict[str, float]] = {}
        for name, labels, value in self.table.series(identity):
            group = tuple(labels.get(label, "") for label in group_by) if group_by else ()
            groups.setdefault(group, {}).setdefault(name, value)
        return groups

    def doubled_by(self, identity: Identity, group_by: tuple[str, ...]) -> tuple[str, ...]:
        """Name the labels that tell two records of one budget apart, as when two servers evaluate its rules."""
        first: dict[Group, Mapping[str, str]] = {}
        for name, labels, _ in self.table.series(identity):
            if name == BUDGET_REMAINING:
                other = first.setdefault(tuple(labels.get(label, "") for label in group_by), labels)
                if other is not labels:
                    return tuple(sorted(n for n in {*other, *labels} - OWN_LABELS if other.get(n) != labels.get(n)))
        return ()


class Gathering:
    """The books of a cycle in the making: answers are taken in as they come, and need not be kept."""

    def __init__(self) -> None:
        self._at: list[datetime] = []
        self._table = SeriesTable()
        self._definitions: dict[Identity, tuple[str, ...]] = {}
        self.fires = False

    def add(self, answers: Mapping[str, Answer]) -> None:
        """Take in some answers, by the name of the query; always in the same order, so that cycles are alike."""
        for name, answer in answers.items():
            self._at.append(answer.at)
            self.fires = self.fires or (name == _ALERTS and bool(answer.samples))
            if name == _INFO:
                self._define(answer)
            else:
                self._table.add(answer.samples)

    def books(self, found: Mapping[Identity, Found]) -> SlaBooks:
        """Close the books."""
        return SlaBooks(min(self._at), self._table, self._definitions, found)

    def _define(self, answer: Answer) -> None:
        for labels, _ in answer.samples:
            identity, definition = identity_of(labels), labels.get(DEFINITION, "")
            self._definitions[identity] = (*self._definitions.get(identity, ()), definition)


def burn_queries(facts: Iterable[SlaFacts]) -> Mapping[str, str]:
    """Ask for the windows that a status shows, of which there are few in a whole cluster."""
    metrics = {burn.metric for known in facts for objective in known.objectives for burn in objective.burn_windows}
    return {metric: metric for metric in sorted(metrics)}
