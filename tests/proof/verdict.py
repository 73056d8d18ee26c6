"""What the books say, held against what happened."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias

from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    OBJECTIVE,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLA_LABEL,
    SLI_TOTAL_RATE,
)
from bursar.domain.durations import format_duration
from bursar.domain.promql.build import sum_by

from .books import RESULTS, Objective, ms
from .case import REGION
from .indicators import Seen, Truth
from .replay import WORKERS, ask
from .world import HOUR, SECOND

MOST: Final = 0.1  # percent of the events in covered time

_SAME: Final = 1e-9
_RATIO: Final = timedelta(minutes=5)  # what the mean of ratios is made of

_Recorded: TypeAlias = Mapping[str, Mapping[tuple[str, str, str], float]]
"""Of each metric its value for every case, indicator and group."""


@dataclass(frozen=True, slots=True)
class Row:
    """One group of an objective: the truth, what is recorded, and the error ratio as a mean of ratios.

    `budget` is the share of events that may fail, `left` what is recorded to be left of it (1 is all).
    """

    case: str
    indicator: str
    group: str
    budget: float
    truth: Truth
    total: float
    bad: float
    left: float
    coverage: float
    tolerance: float
    mean_of_ratios: float

    @property
    def truly_left(self) -> float:
        """What is left of the budget."""
        return 1 - self.truth.count.bad / self.truth.count.total / self.budget

    @property
    def off(self) -> float:
        """How many events are missing or too many, of all or of the bad ones: in percent of all there were.

        Not a number when nothing is recorded.
        """
        total, bad = self.truth.count
        wrong = (abs(self.total - total), abs(self.bad - bad))
        return math.nan if any(map(math.isnan, wrong)) else 100 * max(wrong) / total

    @property
    def holds(self) -> bool:
        """Whether events and coverage are right, and what is left follows from the events; NaN is never right."""
        follows = math.isclose(self.left, 1 - self.bad / self.total / self.budget, rel_tol=_SAME, abs_tol=_SAME)
        return follows and self.off <= MOST and abs(self.coverage - self.truth.coverage) <= self.tolerance

    @property
    def ratio_off(self) -> float:
        """How wrong the error ratio is, and with it the spent budget: in percent of itself."""
        return self._relative(self.bad / self.total)

    @property
    def mean_off(self) -> float:
        """The same for the mean of ratios."""
        return self._relative(self.mean_of_ratios)

    def _relative(self, ratio: float) -> float:
        true = self.truth.count.bad / self.truth.count.total
        if true:
            return 100 * (ratio - true) / true
        return math.nan if math.isnan(ratio) else math.inf if ratio else 0.0


def verdicts(url: str, objectives: Sequence[Objective]) -> Iterator[Row]:
    """Judge every group of every objective, by what a Prometheus has recorded."""
    recorded = {metric: _newest(url, metric, objectives[0].time.end) for metric in RESULTS}
    with ThreadPoolExecutor(WORKERS) as pool:
        means = pool.map(partial(_means_of_ratios, url), objectives)
        for objective, mean in zip(objectives, means, strict=True):
            for group, seen in objective.groups():
                yield _row(objective, group, seen, recorded, mean.get(group, math.nan))


def _row(objective: Objective, group: str, seen: Seen, recorded: _Recorded, mean: float) -> Row:
    case, indicator = objective.world.case.name, objective.indicator
    said = {metric: values.get((case, indicator.name, group), math.nan) for metric, values in recorded.items()}
    return Row(
        case,
        indicator.name,
        group,
        budget=float(objective.definition.budget),
        truth=indicator.truth(seen),
        total=said[PERIOD_TOTAL_EVENTS],
        bad=said[PERIOD_BAD_EVENTS],
        left=said[BUDGET_REMAINING],
        coverage=said[COVERAGE_RATIO],
        tolerance=_tolerance(objective, seen),
        mean_of_ratios=mean,
    )


def _tolerance(objective: Objective, seen: Seen) -> float:
    """Each stretch of covered time may look longer or shorter by one step of the sums and what a rate reaches back."""
    intervals = objective.definition.intervals
    each = ms(intervals.slow + objective.definition.base_window + intervals.fast)
    return (len(seen.covered) + 1) * each / seen.window.length


def _newest(url: str, metric: str, end: int) -> dict[tuple[str, str, str], float]:
    found = ask(url, "query", query=f"last_over_time({metric}[2h])", time=(end + HOUR) / SECOND)
    return {_key(series["metric"]): float(series["value"][1]) for series in found}


def _key(labels: Mapping[str, str]) -> tuple[str, str, str]:
    return labels[SLA_LABEL], labels[OBJECTIVE], labels.get(REGION, "")


def _means_of_ratios(url: str, objective: Objective) -> dict[str, float]:
    """Average the error ratio of 5 minutes over the window, as others do: of each group.

    It is given its best chance: our ratio has no value while nothing happens, and is 0 where no error was ever counted.
    """
    definition = objective.definition
    by = definition.group_by
    judged = sum_by(by, str(definition.series(SLI_TOTAL_RATE)))
    ratio = definition.events.error_ratio(by, _RATIO, judged=judged)
    steps = f"[{format_duration(definition.window)}:{format_duration(definition.intervals.slow)}]"
    found = ask(url, "query", query=f"avg_over_time(({ratio}){steps})", time=objective.window.end / SECOND)
    return {series["metric"].get(REGION, ""): float(series["value"][1]) for series in found}
