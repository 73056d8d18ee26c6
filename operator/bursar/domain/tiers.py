"""Burn-rate tiers: when a share of the error budget goes so fast that somebody must know.

Source: SRE workbook, chapter 5, "Multiwindow, multi-burn-rate alerts". The workbook fixes four tiers for 30 days and
high targets; here they are derived for every window and target. At 30 days and 95 % or more they are the workbook's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Final

from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration

HIGHEST_THRESHOLD: Final = Decimal("0.8")
FEW_EVALUATIONS: Final = 10
SHORT_SHARE: Final = 12  # the short window is a twelfth of the long one

_FASTEST_FACTOR: Final = Decimal("14.4")
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)
_SECOND: Final = timedelta(seconds=1)
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

    def fires_after(self, error_ratio: Decimal) -> timedelta | None:
        """How long a steady share of bad events (0 to 1) lasts until it fires, after good times; None: it never does.

        The short window is filled by then: it is a smaller part of what the long one must hold.
        """
        if error_ratio <= self.threshold:
            return None
        return self.long * float(self.threshold / error_ratio)

    @property
    def time_to_clear(self) -> timedelta:
        """How long after a total outage, as long as the short window at least, that window is below the threshold."""
        return self.short * float(1 - self.threshold)

    def __str__(self) -> str:
        return f"{format_duration(self.long)}/{format_duration(self.short)}"


@dataclass(frozen=True, slots=True)
class TierOverride:
    """A tier as a user wants it; `short` None: a twelfth of the long window."""

    kind: TierKind
    factor: Decimal
    long: timedelta
    short: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DroppedTier:
    """A tier that this objective cannot have, and why."""

    tier: Tier
    reason: str


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tiers of one objective, each kind with the shortest window first.

    `fastest` is the first page tier, even where there is no page: status shows its burn rates. `smallest_outage` is
    the shortest total outage that a kept tier is sure to notice, and `spent` the share of the budget (1 is all) that is
    gone when its page comes; `coarse` says that the whole budget is a total outage of but a few evaluations.
    """

    page: tuple[Tier, ...]
    ticket: tuple[Tier, ...]
    dropped: tuple[DroppedTier, ...]
    fastest: Tier
    smallest_outage: timedelta
    spent: Decimal
    coarse: bool

    def of(self, kind: TierKind) -> tuple[Tier, ...]:
        """Return the kept tiers of one kind."""
        return self.page if kind is TierKind.PAGE else self.ticket


def error_budget(target: Decimal) -> Decimal:
    """Return the share of events that may fail (0 to 1); `target` is a percentage."""
    return 1 - target / 100


@lru_cache(maxsize=256)  # thousands of objectives share a few targets and windows
def derive_tiers(
    *, target: Decimal, window: timedelta, sampling: Sampling, overrides: tuple[TierOverride, ...] = ()
) -> Tiers:
    """Derive the tiers of an objective: `target` in percent (0 < target < 100), `window` its rolling window.

    Windows shrink with objectives' windows below 7 d; those of tickets grow with windows above 30 d. A tier is
    stretched until a total outage can reach its threshold, and dropped where nothing is left to alert on. `overrides`
    replace all tiers of their kind; they are never stretched, and dropped under the same conditions.
    """
    scale = _Scale(error_budget(target), window, sampling)
    page, dropped_pages = _keep(_wanted(TierKind.PAGE, overrides, scale) or scale.pages(), scale)
    ticket, dropped_tickets = _keep(_wanted(TierKind.TICKET, overrides, scale) or scale.tickets(), scale)
    outage = _smallest_outage(page + ticket, sampling)
    return Tiers(
        page=page,
        ticket=ticket,
        dropped=dropped_pages + dropped_tickets,
        fastest=page[0] if page else scale.pages()[0],
        smallest_outage=outage,
        spent=rounded(Decimal(outage / window) / scale.budget, 2, rounding=ROUND_HALF_EVEN),
        coarse=window * float(scale.budget) < FEW_EVALUATIONS * sampling.evaluation,
    )


def _wanted(kind: TierKind, overrides: tuple[TierOverride, ...], scale: "_Scale") -> tuple[Tier, ...]:
    wanted = sorted((each for each in overrides if each.kind is kind), key=lambda each: each.long)
    return tuple(scale.as_wanted(each) for each in wanted)


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

    def tier(self, kind: TierKind, factor: Decimal, long: timedelta, scale: Fraction) -> Tier:
        """Stretch one tier until a total outage passes its threshold with a margin.

        Below a threshold of 0.8 nothing is stretched; a fixed factor 14.4 at 90 % would ask for 144 % errors.
        """
        natural = rounded(factor, 2, rounding=ROUND_HALF_EVEN) * self.budget
        threshold = min(natural, HIGHEST_THRESHOLD)
        stretch = Fraction(natural) / Fraction(threshold)
        length = _MINUTE * ceil(_ratio(long, _MINUTE) * scale * stretch)
        short = max(length / SHORT_SHARE, self.shortest)
        return Tier(kind, threshold / self.budget, length, short, threshold, self._share(threshold, length))

    def as_wanted(self, override: TierOverride) -> Tier:
        """Take a tier as a user wants it."""
        short = override.short or max(override.long / SHORT_SHARE, self.shortest)
        threshold = override.factor * self.budget
        share = self._share(threshold, override.long)
        return Tier(override.kind, override.factor, override.long, short, threshold, share)

    @property
    def shortest(self) -> timedelta:
        """The shortest window that a tier may have."""
        return self.sampling.shortest_window

    def _share(self, threshold: Decimal, long: timedelta) -> Decimal:
        """The part of the budget that is gone when a steady burn fires."""
        return threshold / self.budget * Decimal(long // _SECOND) / Decimal(self.window // _SECOND)


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
    return next(_flaws(tier, shorter, scale), "")


def _flaws(tier: Tier, shorter: list[Tier], scale: _Scale) -> Iterator[str]:
    long, short, shortest = (format_duration(length) for length in (tier.long, tier.short, scale.shortest))
    if tier.long > scale.window:
        yield f"its long window {long} exceeds the objective's {format_duration(scale.window)}"
    if tier.threshold >= 1:
        yield f"not even a total outage burns {plain(rounded(tier.factor, 2))} times the budget; use a smaller factor"
    if tier.share >= 1:
        yield f"the whole budget would be gone before {tier} fires"
    if tier.short < scale.shortest:
        yield f"its short window {short} is below {shortest}, the shortest that the intervals allow; make it longer"
    if tier.long <= scale.shortest:
        yield (
            f"its long window {long} is not above {shortest}, the shortest window that the scrape and evaluation "
            "intervals allow; make them shorter"
        )
    if tier.short >= tier.long:
        yield f"its long window {long} is not above its short one {short}; make it longer"
    if shorter and tier.factor >= shorter[-1].factor:
        yield f"{shorter[-1]} fires at the same burn rate, and earlier"


def _smallest_outage(tiers: tuple[Tier, ...], sampling: Sampling) -> timedelta:
    """Return the shortest outage that fills a kept tier and is long enough to be scraped and evaluated."""
    seen = max(sampling.scrape, sampling.evaluation)
    return max(seen, min((tier.time_to_fire for tier in tiers), default=seen))


def _ratio(length: timedelta, unit: timedelta) -> Fraction:
    return Fraction(length // _MICROSECOND, unit // _MICROSECOND)
