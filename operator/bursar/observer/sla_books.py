"""What Prometheus records of all SLAs, asked in bulk and indexed once per cycle.

One instant query per metric for the whole cluster: 10,000 objectives cost about 50 ms a metric, one query for each of
them would cost seconds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from bursar.compiler.facts import ObjectiveFacts, SlaFacts
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
)
from bursar.domain.promql.build import over_time
from bursar.domain.promql.selector import Selector
from bursar.observer.checks import Check, Findings, bucket_bounds
from bursar.observer.figures import sensible
from bursar.observer.samples import Answer

_SLOW_LOOKBACK: Final = timedelta(minutes=11)


def _newest(metric: str) -> str:
    """Select a series of the slow group.

    It gets a sample every 5 m, just as far as Prometheus looks back; so it would vanish for a moment each time, and
    for long after a missed evaluation.
    """
    return over_time("last", Selector(metric), _SLOW_LOOKBACK)


QUERIES: Final[Mapping[str, str]] = {
    "ratio": SLI_ERROR_RATIO_PERIOD,
    "remaining": BUDGET_REMAINING,
    "total": _newest(PERIOD_TOTAL_EVENTS),
    "bad": _newest(PERIOD_BAD_EVENTS),
    "coverage": _newest(COVERAGE_RATIO),
    "burn": f'{{__name__=~"{SLI_ERROR_RATIO}_[0-9].*"}}',
    "traffic": SLI_TOTAL_RATE,
    "alerts": f'ALERTS{{alertname=~"{PAGE_ALERT}|{TICKET_ALERT}",alertstate="firing"}}',
    "info": OBJECTIVE_INFO,
}
"""Name of an answer -> the query, for every cycle."""

Identity: TypeAlias = tuple[str, str, str]
"""Namespace, SLA and objective: what every series of an objective carries."""

Group: TypeAlias = tuple[str, ...]
"""The values of an objective's groupBy labels, in their order; empty without groupBy."""

Readings: TypeAlias = Mapping[str, float]
"""Metric, or name of an alert that fires -> value, of one group."""

_METRIC_LABEL: Final = "__name__"
_ALERTS_METRIC: Final = "ALERTS"


@dataclass(frozen=True, slots=True)
class SlaBooks:
    """The answers of one cycle, by objective. `at` is the evaluation time of the oldest of them.

    `buckets` holds the upper bounds that the histogram of a latency objective was seen to have; an objective that is
    not in it was not looked at.
    """

    at: datetime
    _series: Mapping[Identity, Sequence[tuple[str, Mapping[str, str], float]]]
    _definitions: Mapping[Identity, frozenset[str]]
    buckets: Mapping[Identity, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_answers(
        cls, answers: Mapping[str, Answer], *, buckets: Mapping[Identity, tuple[str, ...]] | None = None
    ) -> "SlaBooks":
        """Index the answers to QUERIES in one pass; NaN and infinities are left out, they are no readings."""
        series: defaultdict[Identity, list[tuple[str, Mapping[str, str], float]]] = defaultdict(list)
        definitions: defaultdict[Identity, set[str]] = defaultdict(set)
        for answer in answers.values():
            for sample in answer.samples:
                labels = sample.labels
                metric = labels.get(_METRIC_LABEL, "")
                identity = (labels.get(NAMESPACE, ""), labels.get(SLA_LABEL, ""), labels.get(OBJECTIVE, ""))
                if metric == OBJECTIVE_INFO:
                    definitions[identity].add(labels.get(DEFINITION, ""))
                elif sensible(sample.value):
                    name = labels.get("alertname", "") if metric == _ALERTS_METRIC else metric
                    series[identity].append((name, labels, sample.value))
        return cls(
            at=min(answer.at for answer in answers.values()),
            _series=series,
            _definitions={identity: frozenset(found) for identity, found in definitions.items()},
            buckets=buckets or {},
        )

    def definitions(self, identity: Identity) -> frozenset[str]:
        """Return the definitions of an objective that are loaded; two of them for a moment after an edit."""
        return self._definitions.get(identity, frozenset())

    def has_traffic(self, identity: Identity) -> bool:
        """Tell whether the rules of an objective record any events."""
        return any(name == SLI_TOTAL_RATE for name, _, _ in self._series.get(identity, ()))

    def groups(self, identity: Identity, group_by: tuple[str, ...]) -> Mapping[Group, Readings]:
        """Divide an objective's readings by the values of its groupBy labels.

        A series without one of the labels belongs to the group of its empty value, as in PromQL. Labels that a
        querier adds (`prometheus`, `cluster`) divide nothing.
        """
        groups: dict[Group, dict[str, float]] = {}
        for name, labels, value in self._series.get(identity, ()):
            group = tuple(labels.get(label, "") for label in group_by) if group_by else ()
            groups.setdefault(group, {}).setdefault(name, value)
        return groups


def bucket_checks(namespace: str, sla: str, facts: SlaFacts) -> Iterator[Check]:
    """Ask which buckets the histograms of latency objectives have."""
    for objective in facts.objectives:
        if objective.latency_bucket is not None:
            yield Check(_bucket_check(namespace, sla, objective), objective.latency_bucket.bucket, by_bucket=True)


def buckets_found(namespace: str, sla: str, facts: SlaFacts, found: Findings) -> Mapping[Identity, tuple[str, ...]]:
    """Read the answers to `bucket_checks`, for `SlaBooks.from_answers`."""
    return {
        (namespace, sla, objective.name): bucket_bounds(found.get(_bucket_check(namespace, sla, objective), {}))
        for objective in facts.objectives
        if objective.latency_bucket is not None
    }


def _bucket_check(namespace: str, sla: str, objective: ObjectiveFacts) -> str:
    return f"{namespace}/{sla}/{objective.name}"
