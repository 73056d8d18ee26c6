"""What a compile knows and an observer needs, so that nothing is derived twice."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bursar.domain.promql.selector import Selector
from bursar.domain.tiers import Tiers


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A window whose error ratio is recorded under `metric`, `bursar:sli_error:ratio_1h`; shortest window first."""

    window: timedelta
    metric: str


@dataclass(frozen=True, slots=True)
class LatencyBucket:
    """The buckets that a latency objective reads: `bucket` selects `…_bucket` of every `le`.

    `spellings` are the values of `le` that mean the threshold, the canonical one first: `("1", "1.0")`.
    """

    bucket: Selector
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """What an objective reads, to find out why nothing is recorded, or not all of it.

    `total` is a selector of all events that must find something. `bad` is a counter of bad events; what one holds when
    it is first seen was never counted. `native` is the native histogram that may stand in for missing buckets.
    """

    total: Selector | None = None
    bad: Selector | None = None
    bucket: LatencyBucket | None = None
    native: Selector | None = None


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """One objective as it was compiled.

    Its series carry the labels `namespace`, `sla` and `objective` and those of `group_by`. `target` is in percent,
    `window` the rolling window of the budget. `definition` is the label of `bursar_objective_info` that proves this
    version to be loaded. `burn_windows` are the windows that status shows. `pages` and `tickets` say whether an alert
    of that kind exists; `tiers.dropped` says why a tier does not. `evaluation` and `slow_evaluation` are the intervals
    of the two rule groups. `base_window` is the range of their rates. `risk_below` is the highest percentage of the
    budget that an alert guards, None without such alerts. `may_be_absent` says that no data at all is no news.
    """

    name: str
    target: Decimal
    window: timedelta
    group_by: tuple[str, ...]
    max_groups: int
    definition: str
    tiers: Tiers
    pages: bool
    tickets: bool
    burn_windows: tuple[BurnWindow, ...]
    evaluation: timedelta
    slow_evaluation: timedelta
    base_window: timedelta
    watched: Watched = Watched()
    risk_below: Decimal | None = None
    may_be_absent: bool = False


@dataclass(frozen=True, slots=True)
class SlaFacts:
    """All objectives of one SLA, in the order of the spec."""

    objectives: tuple[ObjectiveFacts, ...]
