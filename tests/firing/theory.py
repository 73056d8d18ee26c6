"""When alerts ought to fire: the tiers' definition, reckoned in continuous time and without any rule.

Traffic is even within a phase, so the bad and all events of a window are linear in time between two edges, and the
minute in which a ratio passes a threshold is exact. A total outage of D minutes that is longer than a tier needs
makes it burn from threshold · long to D + short · (1 - threshold), for instance. There is no scraping and no evaluation
here; what they cost shows in the difference to what is measured.

Source: SRE workbook, chapter 5; docs/rules.md for what is Bursar's own: the half window of history, the held page, and
how long alerts are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from bursar.domain.books import open_books
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.tiers import Tier, TierKind

from .alerts import WITHIN, AlertName
from .spans import Spans, both, either, joined, kept, when
from .traffic import Traffic

KEPT: Final = 5.0
"""`keep_firing_for`, in minutes."""
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_NOTHING: Final = 1e-9  # minutes; a ratio that equals its threshold is not above it


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in which an alert fires, in minutes from the beginning of the incident; `clearance` None: to the end."""

    onset: float
    clearance: float | None


Firing: TypeAlias = dict[AlertName, tuple[Episode, ...]]


@dataclass(frozen=True, slots=True)
class Theory:
    """What an objective's alerts ought to do in some traffic."""

    objective: ObjectiveDefinition
    traffic: Traffic

    def firing(self) -> Firing:
        """Return the episodes of every alert."""
        below = {AlertName.LOW_25: 25, AlertName.LOW_0: 0}
        spans = {
            AlertName.PAGE: kept(self.page(), KEPT),
            AlertName.TICKET: kept(self.burning(TierKind.TICKET), KEPT),
            **{name: kept(self.low(percent), self._long_kept) for name, percent in below.items()},
            AlertName.EXHAUSTION: kept(self.exhaustion(), KEPT),
            AlertName.NO_DATA: kept(self.no_data(), KEPT),
        }
        return {name: tuple(self._episode(*span) for span in found) for name, found in spans.items()}

    def page(self) -> Spans:
        """Add to the burning tiers that a page which is active when telemetry is lost is held."""
        burning = self.burning(TierKind.PAGE)
        held = (
            (max(start, since), min(until, since + self.hold))
            for since, until in self.traffic.lost()
            for start, end in burning
            if start < until and since < end
        )
        return either(burning, joined(span for span in held if span[0] < span[1]))

    def burning(self, kind: TierKind) -> Spans:
        """Return when any tier of a kind burns."""
        tiers = open_books(self.objective).tiers.of(kind)
        return either(*(self._tier(tier, first=tier is tiers[0]) for tier in tiers))

    def low(self, percent: int) -> Spans:
        """Return when less than so many percent are left, if all that is not covered yet goes well."""
        window = minutes(self.objective.window)
        spent = (1 - percent / 100) * self._budget * window
        return when(lambda at: self.traffic.bad(at - window, at) > spent + _NOTHING, self._edges(window))

    def exhaustion(self) -> Spans:
        """Return when the rest lasts less than 3 d at the burn of about 6 h, while it still burns."""
        whole, within = minutes(self.objective.window), minutes(WITHIN)
        shown = open_books(self.objective).shown_windows
        long, short = (nearest(shown, length) for length in (6 * _HOUR, _HOUR))

        def some_left(at: float) -> bool:
            return self.traffic.bad(at - whole, at) < self._budget * whole

        def soon(at: float) -> bool:
            left = self._budget * whole - self.traffic.bad(at - whole, at)
            return left * self.traffic.seen(at - long, at) < within * self.traffic.bad(at - long, at)

        burning = both(self._above(long, self._budget), self._above(short, self._budget))
        due = both(when(soon, self._edges(whole, long), turns=8), when(some_left, self._edges(whole)))
        return both(both(due, burning), self._warm(long))

    def no_data(self) -> Spans:
        """Return when nothing was seen for ten minutes."""
        return tuple((since + 10, until) for since, until in self.traffic.lost() if until - since > 10)

    @property
    def hold(self) -> float:
        """How long a page outlives its telemetry: 6 h or, for short windows, the tiers' next window that is staged."""
        tiers = open_books(self.objective).tiers
        windows = {window for tier in (*tiers.page, *tiers.ticket) for window in (tier.long, tier.short)}
        least = 6 * _HOUR * min(1.0, self.objective.window / timedelta(days=7))
        return minutes(min(window for window in windows if window > _HOUR and window >= least))

    def _tier(self, tier: Tier, *, first: bool) -> Spans:
        threshold = float(tier.threshold)
        burning = both(self._above(minutes(tier.long), threshold), self._above(minutes(tier.short), threshold))
        guarded = tier.kind is TierKind.TICKET or not first
        return both(burning, self._warm(minutes(tier.long))) if guarded else burning

    def _above(self, window: float, threshold: float) -> Spans:
        def above(at: float) -> bool:
            return self.traffic.bad(at - window, at) > threshold * self.traffic.seen(at - window, at) + _NOTHING

        return when(above, self._edges(window))

    def _warm(self, window: float) -> Spans:
        """Return when something is known of the older half of a window."""
        return when(lambda at: self.traffic.seen(at - window, at - window / 2) > 0, self._edges(window / 2, window))

    def _edges(self, *windows: float) -> list[float]:
        """Return where the course of a window's events may bend."""
        found = {edge + window for edge in self.traffic.edges for window in (0, *windows)}
        return [edge for edge in found if edge <= self.traffic.end]

    def _episode(self, start: float, end: float) -> Episode:
        return Episode(start, end if end < self.traffic.end else None)

    @property
    def _budget(self) -> float:
        return float(self.objective.budget)

    @property
    def _long_kept(self) -> float:
        """Budgets move slowly: twelve steps of the sums, at most an hour."""
        return min(60, 12 * minutes(self.objective.intervals.slow))


def nearest(windows: Iterable[timedelta], length: timedelta) -> float:
    """Choose the window that comes nearest to a length."""
    return minutes(min(windows, key=lambda window: (abs(window - length), window)))


def minutes(length: timedelta) -> float:
    """Convert to minutes."""
    return length / _MINUTE
