"""Burn-rate tiers: when a share of the error budget goes so fast that somebody must know.

Source: SRE workbook, chapter 5, "Multiwindow, multi-burn-rate alerts". The workbook fixes four tiers for 30 days and
high targets; here they are derived for every window and target. At 30 days and 95 % or more they are the workbook's.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Final

from bursar.domain.decimals import rounded
from bursar.domain.durations import format_duration

HIGHEST_THRESHOLD: Final = Decimal("0.8")
MIN_EVALUATIONS: Final = 10
SHORT_SHARE: Final = 12  # the short window is a twelfth of the long one

_FASTEST_FACTOR: Final = Decimal("14.4")
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_MICROSECOND: Final = timedelta(microseconds=1)


class TierKind(StrEnum):
    """Whom a tier tells: a page wakes somebody, a ticket waits for the morning."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How finely the world is seen: the scrape interval of the counters, the evaluation interval of the rules."""

    scrape: timedelta
    evaluation: timedelta

    @property
    def shortest_window(self) -> timedelta:
        """The shortest range over which a rate is dependable."""
        return max(4 * self.scrape, 2 * self.evaluation)


@dataclass(frozen=True, slots=True)
class Tier:
    """An alert while the error ratios of both windows are above `threshold`.

    `factor` is the burn rate at the threshold (1 spends exactly the budget); `share` is the part of the budget (0 to 1)
    that is gone when a steady burn at that rate fires.
    """

    kind: TierKind
    factor: Decimal
    long: timedelta
    short: timedelta
    threshold: Decimal
    share: Decimal

    @property
    def time_to_fire(self) -> timedelta:
        """How long a total outage lasts until it fills the long window up to the threshold."""
        return self.long * float(self.threshold)

    def __str__(self) -> str:
        return f"{format_duration(self.long)}/{format_duration(self.short)}"


@dataclass(frozen=True, slots=True)
class DroppedTier:
    """A tier that this objective cannot have, and why."""

    tier: Tier
    reason: str


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tiers of one objective, each kind with the shortest window first.

    `fastest` is the first page tier, even where there is no page: status shows its burn rates. `smallest_outage` is
    the shortest total outage that a kept tier is sure to notice.
    """

    page: tuple[Tier, ...]
    ticket: tuple[Tier, ...]
    dropped: tuple[DroppedTier, ...]
    fastest: Tier
    smallest_outage: timedelta

    def of(self, kind: TierKind) -> tuple[Tier, ...]:
        """Return the kept tiers of one kind."""
        return self.page if kind is TierKind.PAGE else self.ticket


def error_budget(target: Decimal) -> Decimal:
    """Return the share of events that may fail (0 to 1); `target` is a percentage."""
    return 1 - target / 100


@lru_cache(maxsize=256)  # thousands of objectives share a few targets and windows
def derive_tiers(*, target: Decimal, window: timedelta, sampling: Sampling) -> Tiers:
    """Derive the tiers of an objective: `target` in percent (0 < target < 100), `window` its rolling window.

    Windows shrink with objectives' windows below 7 d; those of tickets grow with windows above 30 d. A tier is
    stretched until a total outage can reach its threshold, and dropped where nothing is left to alert on.
    """
    scale = _Scale(error_budget(target), window, sampling)
    pages, tickets = scale.pages(), scale.tickets()
    page, dropped_pages = _keep(pages, scale)
    ticket, dropped_tickets = _keep(tickets, scale)
    if scale.too_coarse_to_page:
        dropped_pages += tuple(DroppedTier(tier, _too_coarse(scale)) for tier in page)
        page = ()
    return Tiers(page, ticket, dropped_pages + dropped_tickets, pages[0], _smallest_outage(page + ticket, sampling))


@dataclass(frozen=True, slots=True)
class _Scale:
    """How the workbook's tiers are fitted to one objective."""

    budget: Decimal
    window: timedelta
    sampling: Sampling

    def pages(self) -> tuple[Tier, ...]:
        """Return both page tiers before any is dropped."""
        shrink = min(Fraction(1), _ratio(self.window, _WEEK))
        return (
            self.tier(TierKind.PAGE, _FASTEST_FACTOR, _HOUR, shrink),
            self.tier(TierKind.PAGE, 6 * self.damping, 6 * _HOUR, shrink),
        )

    def tickets(self) -> tuple[Tier, ...]:
        """Return both ticket tiers before any is dropped."""
        scale = min(Fraction(1), _ratio(self.window, _WEEK)) * max(Fraction(1), _ratio(self.window, _MONTH))
        return (
            self.tier(TierKind.TICKET, max(Decimal(1), 3 * self.damping), _DAY, scale),
            self.tier(TierKind.TICKET, Decimal(1), 3 * _DAY, scale),
        )

    @property
    def damping(self) -> Decimal:
        """By how much the middle factors fall below 30 d, so that they stay apart from the outer ones."""
        ratio = _ratio(max(self.window, _WEEK), _MONTH)
        return min(Decimal(1), (Decimal(ratio.numerator) / ratio.denominator).sqrt())

    @property
    def too_coarse_to_page(self) -> bool:
        """Whether the whole budget is gone in too few evaluations for a page to come in time."""
        return self.window * float(self.budget) < MIN_EVALUATIONS * self.sampling.evaluation

    def tier(self, kind: TierKind, factor: Decimal, long: timedelta, scale: Fraction) -> Tier:
        """Stretch one tier until a total outage passes its threshold with a margin.

        Below a threshold of 0.8 nothing is stretched; a fixed factor 14.4 at 90 % would ask for 144 % errors.
        """
        natural = rounded(factor, 2, rounding=ROUND_HALF_EVEN) * self.budget
        threshold = min(natural, HIGHEST_THRESHOLD)
        stretch = Fraction(natural) / Fraction(threshold)
        length = _MINUTE * ceil(_ratio(long, _MINUTE) * scale * stretch)
        burn = threshold / self.budget
        share = burn * Decimal(length // _MINUTE) / Decimal(self.window / _MINUTE)
        return Tier(kind, burn, length, max(length / SHORT_SHARE, self.sampling.shortest_window), threshold, share)


def _keep(tiers: tuple[Tier, ...], scale: _Scale) -> tuple[tuple[Tier, ...], tuple[DroppedTier, ...]]:
    kept: list[Tier] = []
    dropped: list[DroppedTier] = []
    for tier in tiers:
        reason = _unusable(tier, kept, scale)
        if reason:
            dropped.append(DroppedTier(tier, reason))
        else:
            kept.append(tier)
    return tuple(kept), tuple(dropped)


def _unusable(tier: Tier, shorter: list[Tier], scale: _Scale) -> str:
    """Return why a tier cannot be had; empty when it can."""
    if tier.long > scale.window:
        return f"its long window {format_duration(tier.long)} exceeds the objective's {format_duration(scale.window)}"
    if tier.share >= 1:
        return f"the whole budget would be gone before {tier} fires"
    if tier.short >= tier.long:
        return (
            f"its long window {format_duration(tier.long)} is not above {format_duration(tier.short)}, the shortest "
            "window that the scrape and evaluation intervals allow; make them shorter"
        )
    if shorter and tier.factor >= shorter[-1].factor:
        return f"{shorter[-1]} fires at the same burn rate, and earlier"
    return ""


def _too_coarse(scale: _Scale) -> str:
    outage = timedelta(seconds=round((scale.window * float(scale.budget)).total_seconds()))
    return (
        f"the whole budget is {format_duration(outage)} of total outage, less than {MIN_EVALUATIONS} evaluations "
        f"of {format_duration(scale.sampling.evaluation)}: it would be gone before anybody is awake"
    )


def _smallest_outage(tiers: tuple[Tier, ...], sampling: Sampling) -> timedelta:
    """Return the shortest outage that fills a kept tier and is long enough to be scraped and evaluated."""
    seen = max(sampling.scrape, sampling.evaluation)
    return max(seen, min((tier.time_to_fire for tier in tiers), default=seen))


def _ratio(length: timedelta, unit: timedelta) -> Fraction:
    return Fraction(length // _MICROSECOND, unit // _MICROSECOND)
