"""What an objective is, before it becomes rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Final

from bursar.conventions import NAMESPACE, OBJECTIVE, SLA_LABEL
from bursar.domain.events import EventSource
from bursar.domain.promql.matcher import Matcher, MatchOperator
from bursar.domain.promql.selector import Selector
from bursar.domain.tiers import Sampling, TierOverride, error_budget

_LONG_WINDOW: Final = timedelta(days=5)
_SLOW: Final = timedelta(minutes=5)
_LESS_SLOW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """The labels of every series of an objective; nothing that a person would edit."""

    namespace: str
    sla: str
    objective: str

    @property
    def labels(self) -> dict[str, str]:
        """The identity as labels of series."""
        return {NAMESPACE: self.namespace, SLA_LABEL: self.sla, OBJECTIVE: self.objective}

    def series(self, metric: str) -> Selector:
        """Select this objective's series of a recorded metric."""
        return Selector(metric, _matchers(self))

    def __str__(self) -> str:
        return f"{self.sla}/{self.objective}"


@lru_cache(maxsize=16)  # the rules of one objective name it some fifty times in a row
def _matchers(identity: Identity) -> tuple[Matcher, ...]:
    return tuple(Matcher(name, MatchOperator.EQUAL, value) for name, value in identity.labels.items())


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often counters are scraped (`scrape`), rules evaluated (`fast`) and budget sums taken (`slow`)."""

    scrape: timedelta
    fast: timedelta
    slow: timedelta

    @classmethod
    def derive(cls, *, window: timedelta, scrape: timedelta, fast: timedelta, slow: timedelta | None) -> "Intervals":
        """Fill in the interval of the sums: 5 m for windows of 5 d and more, else 1 m, never below `fast`."""
        if slow is None:
            slow = _SLOW if window >= _LONG_WINDOW else _LESS_SLOW
        return cls(scrape, fast, max(fast, slow))

    @property
    def rate_window(self) -> timedelta:
        """The range of the rates that all sums are made of, for counters: some evaluations and one scrape.

        So every increase between two scrapes lies in the same number of evaluations, and is counted once in all. In a
        range of whole evaluations it would be counted for a third more or less, as the scrapes happen to lie. It is not
        longer than that, because a wider one counts the first minutes of a new series at a fraction.
        """
        steps = ceil((self.sampling.shortest_window - self.scrape) / self.fast)
        return steps * self.fast + self.scrape

    @property
    def sample_window(self) -> timedelta:
        """The same for samples that are counted one by one: whole evaluations."""
        return ceil(self.sampling.shortest_window / self.fast) * self.fast

    @property
    def sampling(self) -> Sampling:
        """The intervals that limit the windows of tiers."""
        return Sampling(self.scrape, self.fast)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told: labels that route the alert, annotations that people read.

    Values are Prometheus templates. `escalation` says when steps 2, 3 … follow, each counted from the first firing.
    """

    severity: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    escalation: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetAlert:
    """An alert while less than `below` percent of the budget is left."""

    below: Decimal
    alert: Audience


@dataclass(frozen=True, slots=True)
class ExhaustionAlert:
    """An alert while the budget will be gone `within` that time if it burns on like this."""

    within: timedelta
    alert: Audience


@dataclass(frozen=True, slots=True)
class NoDataAlert:
    """An alert once the events of an objective were not to be seen for `pending`."""

    pending: timedelta
    alert: Audience


@dataclass(frozen=True, slots=True)
class ObjectiveDefinition:
    """An objective with everything resolved: `target` in percent, `window` rolling.

    `page`, `ticket`, `exhaustion` or `no_data` None: that alert is switched off. `tiers` replace the derived ones of
    their kind. `hold_page` keeps a page while its telemetry is lost. `weigh_traffic` silences tiers that so few events
    cannot carry. `title`, `description`, `team` and `runbook` are plain text,
    which alerts may show, so they contain no `{{`. `severity_labels` are the words of the house for severities.
    """

    identity: Identity
    target: Decimal
    window: timedelta
    events: EventSource
    intervals: Intervals
    group_by: tuple[str, ...] = ()
    page: Audience | None = None
    ticket: Audience | None = None
    tiers: tuple[TierOverride, ...] = ()
    hold_page: bool = True
    weigh_traffic: bool = True
    budget_alerts: tuple[BudgetAlert, ...] = ()
    exhaustion: ExhaustionAlert | None = None
    no_data: NoDataAlert | None = None
    title: str = ""
    description: str = ""
    team: str = ""
    runbook: str = ""
    severity_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def base_window(self) -> timedelta:
        """The range of the rates that all sums are made of."""
        by_the_clock = self.events.spacing(self.intervals.scrape) is not None
        return self.intervals.sample_window if by_the_clock else self.intervals.rate_window

    @property
    def budget(self) -> Decimal:
        """The share of events that may fail (0 to 1)."""
        return error_budget(self.target)

    def series(self, metric: str) -> Selector:
        """Select this objective's series of a recorded metric."""
        return self.identity.series(metric)
