"""Error budgets: what is left, how fast it goes, and how long it lasts.

Source: SRE workbook, chapter 5: burn rate = error ratio / budget; time to exhaustion = remaining · window / burn rate.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import ceil, isfinite
from typing import Final

from bursar.domain.decimals import plain, rounded
from bursar.domain.tiers import error_budget

_HOUR: Final = timedelta(hours=1)


def budget_events(total: int, target: Decimal) -> int:
    """Return how many of `total` events may be bad."""
    return int(total * error_budget(target))


def events_for(bad: int, target: Decimal) -> int:
    """Return how many events there must be so that `bad` of them may be bad."""
    return ceil(bad / error_budget(target))


def burn_rate(error_ratio: float, target: Decimal) -> float:
    """Return how many times faster than planned the budget goes: at 1 it lasts exactly one window."""
    return error_ratio / float(error_budget(target))


def exhaustion(remaining_percent: Decimal, burn: float, window: timedelta, at: datetime) -> datetime | None:
    """Return when the budget will be gone at this burn; None while it would last, and when nothing is left to lose."""
    if not isfinite(burn) or burn <= 1 or remaining_percent <= 0:
        return None
    return at + window * (float(remaining_percent) / 100 / burn)


def exhaustion_window(windows: Iterable[timedelta], *, near: timedelta = _HOUR) -> timedelta:
    """Choose the window whose burn tells when the budget will be gone: an hour, or what comes nearest to it."""
    return min(windows, key=lambda window: (abs(window - near), window))


def remaining_outage(remaining_percent: Decimal, target: Decimal, window: timedelta) -> timedelta:
    """Return how long a total outage the rest of the budget would bear, at even traffic, in whole seconds."""
    left = max(Decimal(0), remaining_percent) / 100 * error_budget(target)
    return timedelta(seconds=int(Decimal(window // timedelta(seconds=1)) * left))


def shown_percent(percent: Decimal, places: int = 1) -> str:
    """Print a percentage for a status, rounded down: what is shown as kept was kept."""
    return plain(rounded(percent, places, rounding=ROUND_FLOOR))


def shown_burn(burn: float) -> str:
    """Print a burn rate for a status with one digit behind the point."""
    return plain(rounded(Decimal(repr(burn)), 1, rounding=ROUND_HALF_UP))


def shown_sli(error_ratio: float) -> str:
    """Print the share of good events in percent with four digits behind the point, rounded down."""
    return shown_percent(100 * (1 - Decimal(repr(error_ratio))), 4)
