"""What the rules of an objective record, and when its page fires: the finished rules, replayed over events.

The tiers, windows and intervals are those of the rules; what PromQL does with them is done here in Python. A test
compares the minutes of a page with those of promtool.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache, cached_property
from itertools import accumulate
from typing import Final, TypeAlias

from bursar.conventions import PAGE_ACTIVE, SLI_ERROR_RATIO
from bursar.domain.alerting import keep_firing
from bursar.domain.books import Books, open_books
from bursar.domain.durations import parse_duration
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.recordings import LONGEST_OF_RATES, LONGEST_RAW
from bursar.domain.rules import Recording, Rule
from bursar.domain.tiers import Tier
from pictures.counters import Counter, Tick

Series: TypeAlias = Sequence[float | None]
"""The value at each evaluation; None where there is none."""

_HELD: Final = re.compile(rf"unless .* and {SLI_ERROR_RATIO}_(\w+)")


class Sums:
    """Sums over the last samples of a series, each in no time."""

    def __init__(self, series: Series) -> None:
        self._sums = [0.0, *accumulate(value or 0.0 for value in series)]
        self._counts = [0, *accumulate(value is not None for value in series)]

    def over(self, last: int, samples: int) -> float | None:
        """Return sum_over_time of the samples up to `last`; None without any."""
        first = max(0, last + 1 - samples)
        if self._counts[last + 1] == self._counts[first]:
            return None
        return self._sums[last + 1] - self._sums[first]


class Replay:
    """One objective over some ticks of traffic; evaluation n happens n fast intervals after the first scrape."""

    def __init__(self, objective: ObjectiveDefinition, ticks: Sequence[Tick]) -> None:
        self.objective = objective
        self.books: Books = open_books(objective)
        scrape, seen = objective.intervals.scrape.total_seconds(), [tick.seen for tick in ticks]
        self.total = Counter.scraped([tick.total for tick in ticks], seen, every=scrape)
        self.bad = Counter.scraped([tick.bad for tick in ticks], seen, every=scrape)
        self._step = objective.intervals.fast.total_seconds()
        self.evaluations = range(int(len(ticks) * scrape / self._step) + 1)
        self._ratios = cache(self._ratio)

    @cached_property
    def total_rate(self) -> Series:
        """bursar:sli_total:rate."""
        return self._rates(self.total)

    @cached_property
    def bad_rate(self) -> Series:
        """bursar:sli_bad:rate."""
        return self._rates(self.bad)

    @cached_property
    def total_sums(self) -> Series:
        """bursar:budget_total:sum, one for every slow interval."""
        return self._budget_sums(self.total_rate)

    @cached_property
    def bad_sums(self) -> Series:
        """bursar:budget_bad:sum, one for every slow interval."""
        return self._budget_sums(self.bad_rate)

    def ratio(self, window: timedelta) -> Series:
        """bursar:sli_error:ratio_<window>, of windows up to 6 h."""
        return self._ratios(window)

    def page_active(self, *, hold: bool = True) -> list[bool]:
        """bursar:page:active."""
        held = self.ratio(self._hold_window)
        active: list[bool] = []
        for now in self.evaluations:
            keeps = hold and active[-1:] == [True] and self.total_rate[now] is None and held[now] is not None
            active.append(keeps or any(self.burns(tier, now) for tier in self.books.tiers.page))
        return active

    def page(self, *, hold: bool = True) -> list[bool]:
        """Tell when ErrorBudgetBurnPage fires; like any alert it is kept for a while."""
        return list(_kept(self.page_active(hold=hold), self.samples(keep_firing(self.objective))))

    def no_data(self) -> list[bool]:
        """Tell when ErrorBudgetNoData fires: once nothing was recorded for long enough, and kept like any alert."""
        wanted = self.objective.no_data
        assert wanted is not None
        silent = _lengths(rate is None for rate in self.total_rate)
        due = [length > self.samples(wanted.pending) for length in silent]
        return list(_kept(due, self.samples(keep_firing(self.objective))))

    def burns(self, tier: Tier, now: int) -> bool:
        """Tell whether a tier burns; all but the fastest ask for half a long window of history."""
        ratios = (self.ratio(tier.long)[now], self.ratio(tier.short)[now])
        warm = now - self.samples(tier.long / 2)
        cold = tier is not self.books.tiers.page[0] and (warm < 0 or self.total_rate[warm] is None)
        return not cold and all(ratio is not None and ratio > tier.threshold for ratio in ratios)

    def samples(self, length: timedelta) -> int:
        """Return how many evaluations there are in a length of time."""
        return round(length.total_seconds() / self._step)

    @property
    def _hold_window(self) -> timedelta:
        """Read from the finished rule how long a page may outlive its telemetry."""
        (page,) = [rule for group in self.books.groups for rule in group.rules if _records(rule, PAGE_ACTIVE)]
        found = _HELD.search(page.expression)
        assert found, page.expression
        return parse_duration(found[1])

    def _rates(self, counter: Counter) -> Series:
        window = self.objective.base_window.total_seconds()
        return [counter.rate(now * self._step, window) for now in self.evaluations]

    def _budget_sums(self, rates: Series) -> Series:
        summed, samples = Sums(rates), self.samples(self.objective.intervals.slow)
        ends = self.evaluations[samples + 1 :: samples]  # an evaluation late: the offset of these sums
        return [None if (over := summed.over(end - 1, samples)) is None else over * self._step for end in ends]

    def _ratio(self, window: timedelta) -> Series:
        assert window <= LONGEST_OF_RATES, window
        return list(self._raw_ratio(window) if window <= LONGEST_RAW else self._summed_ratio(window))

    def _raw_ratio(self, window: timedelta) -> Iterator[float | None]:
        for now in self.evaluations:
            at, seconds = now * self._step, window.total_seconds()
            yield _divided(self.bad.rate(at, seconds), self.total.rate(at, seconds))

    def _summed_ratio(self, window: timedelta) -> Iterator[float | None]:
        bad, total, samples = Sums(self.bad_rate), Sums(self.total_rate), self.samples(window)
        return (_divided(bad.over(now, samples), total.over(now, samples)) for now in self.evaluations)


def _records(rule: Rule, metric: str) -> bool:
    return isinstance(rule, Recording) and rule.metric == metric


def _kept(active: Sequence[bool], evaluations: int) -> Iterator[bool]:
    left = 0
    for now in active:
        left = evaluations if now else left - 1
        yield left >= 0


def _lengths(flags: Iterable[bool]) -> Iterator[int]:
    """Return for how many samples a flag has been set."""
    length = 0
    for flag in flags:
        length = length + 1 if flag else 0
        yield length


def _divided(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole
