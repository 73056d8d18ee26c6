"""What is replayed: every shape for every target and window, and a few cases that are quick."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bursar.domain.books import open_books
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.rules import RuleGroup

from .alerts import AlertName, objective
from .incidents import (
    ALIGNED,
    CLASSIC,
    COLD_OUTAGE,
    DAY,
    HOUR,
    OUTAGE,
    QUICK_FLAPPING,
    SLOW_FLAPPING,
    Incident,
    cold_burn,
    delayed,
    escalation,
    on_plan,
)
from .replay import only, replay
from .table import Row
from .theory import Firing, Theory, minutes
from .traffic import Traffic

TARGETS: Final = ("80", "90", "95", "99", "99.9", "99.99")
WINDOWS: Final = tuple(timedelta(days=days) for days in (1, 7, 30, 90))
BURN: Final = (AlertName.PAGE, AlertName.TICKET)
BUDGET: Final = (AlertName.LOW_25, AlertName.LOW_0, AlertName.EXHAUSTION)
NO_DATA: Final = (AlertName.NO_DATA,)

_DAY_LONG, _WEEK_LONG, _MONTH_LONG, _QUARTER_LONG = WINDOWS
_ON_PLAN: Final = {_DAY_LONG: 2 * DAY, _WEEK_LONG: 6 * DAY, _MONTH_LONG: 5 * DAY, _QUARTER_LONG: 10 * DAY}
_SETTLED: Final = {_DAY_LONG: 8 * HOUR, _WEEK_LONG: DAY, _MONTH_LONG: 8 * HOUR, _QUARTER_LONG: 8 * HOUR}
"""Coverage is counted in whole steps, which in eight hours is a hundredth: ten minutes of outage are that near to the
budget of 99.9 % over a week."""
_CLOSELY: Final = ("99", "99.9")


@dataclass(frozen=True, slots=True)
class Batch:
    """Incidents of one objective that are replayed together, each as a group, or one alone without groups.

    `history` and `rest` are the healthy minutes before and after. `alerts`: those of interest; None: all there are.
    """

    window: timedelta
    target: str
    incidents: tuple[Incident, ...]
    history: int
    rest: int
    alerts: tuple[AlertName, ...] | None = None

    @property
    def objective(self) -> ObjectiveDefinition:
        """The objective that goes through all this."""
        return objective(self.target, self.window, grouped=self._grouped)

    @property
    def cost(self) -> int:
        """How long it takes, in a unit of no meaning."""
        return sum(traffic.end + traffic.history for traffic in self._traffic().values())

    def replayed(self) -> list[Row]:
        """Replay it; returns what ought to happen and what did."""
        return self._rows(replay(self._rules(), self._traffic()))

    def expected(self) -> list[Row]:
        """Return what ought to happen, and nothing measured."""
        return self._rows({name: {} for name in self._traffic()})

    def _rows(self, measured: dict[str, Firing]) -> list[Row]:
        rows = []
        for incident, (name, traffic) in zip(self.incidents, self._traffic().items(), strict=True):
            theory, found = Theory(self.objective, traffic).firing(), measured[name]
            where = incident.name, self.window, self.target, traffic.history
            rows += [Row(*where, alert, theory[alert], found.get(alert, ())) for alert in self._watched()]
        return rows

    def _watched(self) -> list[AlertName]:
        absent = {AlertName.NO_DATA} if self._grouped else set()
        return [alert for alert in AlertName if alert not in absent and (self.alerts is None or alert in self.alerts)]

    def _rules(self) -> list[RuleGroup]:
        groups = list(open_books(self.objective).groups)
        return groups if self.alerts is None else only(groups, self.alerts)

    def _traffic(self) -> dict[str, Traffic]:
        return {
            f"i{number}" if self._grouped else "": incident.traffic(self.history, self.rest)
            for number, incident in enumerate(self.incidents)
        }

    @property
    def _grouped(self) -> bool:
        return len(self.incidents) > 1


def batches(window: timedelta) -> Iterator[Batch]:
    """Return all replays of one window.

    The alerts on budgets need less history, and that on lost data knows no groups, so they are replayed apart.
    """
    for target in TARGETS:
        incidents = (*CLASSIC, on_plan(target, _ON_PLAN[window]), *_special(window, target))
        yield _burns(window, target, incidents)
        yield Batch(window, target, incidents, _SETTLED[window], _until_recovered(window), BUDGET)
        for incident in incidents:
            if any(phase.lost for phase in incident.phases):
                yield Batch(window, target, (incident,), 20, HOUR, NO_DATA)


def _burns(window: timedelta, target: str, incidents: tuple[Incident, ...]) -> Batch:
    tiers = open_books(objective(target, window, grouped=True)).tiers
    kept = (*tiers.page, *tiers.ticket)
    history = minutes(max(tier.long for tier in kept)) // ALIGNED * ALIGNED + 4 * ALIGNED
    rest = minutes(max(tier.short for tier in kept)) + HOUR
    return Batch(window, target, incidents, int(history), int(rest), BURN)


def _until_recovered(window: timedelta) -> int:
    """Let a budget recover where that takes but a day."""
    return DAY + 2 * HOUR if window == _DAY_LONG else 4 * HOUR


def _special(window: timedelta, target: str) -> Iterator[Incident]:
    if target in _CLOSELY and window in (_DAY_LONG, _MONTH_LONG):
        yield from (COLD_OUTAGE, cold_burn(target, 14 * HOUR), QUICK_FLAPPING, SLOW_FLAPPING)
        yield escalation(target, window)
    if (target, window) == ("99.9", _MONTH_LONG):
        yield from (delayed(OUTAGE, late) for late in range(1, ALIGNED))
