"""What goes wrong: the classic shapes, and those that are meant to confuse alerts."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.domain.tiers import error_budget

from .traffic import Phase, Traffic

HOUR: Final = 60
DAY: Final = 24 * HOUR
ALIGNED: Final = 5
"""Minutes: an incident begins in a minute in which the slow group is evaluated."""
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Incident:
    """Phases that follow a time without errors, unless it is a `cold` start: then the objective is born with them."""

    name: str
    phases: tuple[Phase, ...]
    cold: bool = False

    def traffic(self, history: int, rest: int) -> Traffic:
        """Embed it between healthy minutes before and after it, so that its beginning can be aligned."""
        length = sum(phase.minutes for phase in self.phases) + rest
        after = Phase(rest + -length % ALIGNED)
        if self.cold:
            return Traffic(0, (*self.phases, after))
        return Traffic(history, (Phase(history), *self.phases, after))


def even(name: str, length: int, errors: float) -> Incident:
    """One phase and no more."""
    return Incident(name, (Phase(length, errors),))


OUTAGE: Final = even("100 % for 10 minutes", 10, 1.0)
PARTIAL: Final = even("2 % for 3 hours", 3 * HOUR, 0.02)
SLOW: Final = even("1 % for 12 hours", 12 * HOUR, 0.01)
CREEPING: Final = even("0.4 % for 2 days", 2 * DAY, 0.004)
BLIP: Final = even("100 % for 60 seconds", 1, 1.0)
LOST: Final = Incident(
    "50 % for 20 minutes, then telemetry is lost for 8 hours", (Phase(20, 0.5), Phase(8 * HOUR, lost=True))
)
CLASSIC: Final = (OUTAGE, PARTIAL, SLOW, CREEPING, BLIP, LOST)

COLD_OUTAGE: Final = Incident("cold start: 100 % from minute 10 to 15", (Phase(10), Phase(5, 1.0)), cold=True)
QUICK_FLAPPING: Final = Incident(
    "flapping: 100 % for a minute, 12 times, every quarter of an hour", (Phase(1, 1.0), Phase(14)) * 12
)
SLOW_FLAPPING: Final = Incident(
    "flapping: 20 % for 10 minutes, 6 times, every 2 hours", (Phase(10, 0.2), Phase(110)) * 6
)


def on_plan(target: str, length: int) -> Incident:
    """Burn the budget a little slower than it comes, from the birth of the objective."""
    return Incident("cold start: on plan, at a burn of 0.99", (Phase(length, _errors("0.99", target)),), cold=True)


def cold_burn(target: str, length: int) -> Incident:
    """Burn the budget ten times too fast from the birth of the objective."""
    return Incident("cold start: at a burn of 10", (Phase(length, _errors("10", target)),), cold=True)


def gap(target: str) -> Incident:
    """Lose sight of a long burn for half an hour."""
    burning = _errors("8", target)
    return Incident(
        "a burn of 8 for 12 hours, of which telemetry loses half an hour",
        (Phase(330, burning), Phase(30, lost=True), Phase(360, burning)),
    )


def escalation(target: str, window: timedelta) -> Incident:
    """Burn so that a ticket is due, then a page, then a ticket again; quicker for windows below a week."""
    pace = min(1.0, window / _WEEK)
    burns = ((20 * HOUR, "4"), (HOUR, "40"), (5 * HOUR, "4"))
    phases = (Phase(round(length * pace), _errors(factor, target)) for length, factor in burns)
    return Incident("escalation: a burn of 4, then 40, then 4", tuple(phases))


def delayed(incident: Incident, late: int) -> Incident:
    """Begin an incident some minutes after an evaluation of the slow group."""
    return Incident(f"{incident.name} from minute {late}", (Phase(late), *incident.phases))


def _errors(factor: str, target: str) -> float:
    return float(Decimal(factor) * error_budget(Decimal(target)))
