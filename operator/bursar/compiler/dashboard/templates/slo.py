"""What is asked of one objective: the questions of everybody who is called in the night, and their PromQL.

Of a grouped objective, single figures are those of its worst group.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.api.dashboard_widgets import Threshold
from bursar.compiler.dashboard.templates import queries
from bursar.compiler.dashboard.templates.given import Promise
from bursar.compiler.dashboard.templates.widgets import ORANGE, RED, Asked, steps
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    SLI_BAD_RATE,
    SLI_ERROR_RATIO_PERIOD,
    SLI_TOTAL_RATE,
)
from bursar.domain.budget import exhaustion_window
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import error_budget

PAGE_COLOUR: Final = RED
TICKET_COLOUR: Final = ORANGE


def sli(promise: Promise) -> str:
    """The share of good events over the window."""
    return _worst("min", promise, f"1 - {promise.identity.series(SLI_ERROR_RATIO_PERIOD)}")


def remaining(promise: Promise) -> str:
    """What is left of the budget, 1 is all."""
    return _worst("min", promise, str(promise.identity.series(BUDGET_REMAINING)))


def outage_left(promise: Promise) -> str:
    """How long a total outage the rest would bear at even traffic, in seconds."""
    whole = Decimal(int(promise.facts.window.total_seconds())) * error_budget(promise.facts.target)
    return f"clamp_min({remaining(promise)}, 0) * {plain(whole)}"


def burn(promise: Promise, window: timedelta | None = None) -> str:
    """How many times faster than planned the budget goes; over about an hour unless told otherwise."""
    return _worst("max", promise, _burn(promise, window or _telling_window(promise)))


def exhaustion(promise: Promise) -> str:
    """How long the rest lasts at the burn of about an hour, in seconds; nothing while it lasts, 0 when it is gone."""
    left, window = promise.identity.series(BUDGET_REMAINING), int(promise.facts.window.total_seconds())
    lasting = f"({left} > 0) * {window} / ({_burn(promise, _telling_window(promise))} > 1)"
    return _worst("min", promise, f"{lasting} or ({left} <= 0) * 0")


def firing(promise: Promise) -> str:
    """How many alerts of the objective fire."""
    return f"count({queries.firing(promise.identity.series('ALERTS'))}) or vector(0)"


def coverage(promise: Promise) -> str:
    """The share of the window of which something is known."""
    return _worst("min", promise, str(promise.identity.series(COVERAGE_RATIO)))


def burns(promise: Promise) -> tuple[Asked, ...]:
    """The burn rates of all windows that are kept, the shortest first."""
    return tuple(
        (_burn(promise, each.window), _named(promise, format_duration(each.window)))
        for each in promise.facts.burn_windows
    )


def burn_thresholds(promise: Promise) -> tuple[Threshold, ...]:
    """From which burn rate on a ticket and a page tier fire, as lines in a picture."""
    tiers, facts = promise.facts.tiers, promise.facts
    lines = {
        **({rounded(tier.factor, 2): TICKET_COLOUR for tier in tiers.ticket} if facts.tickets else {}),
        **({rounded(tier.factor, 2): PAGE_COLOUR for tier in tiers.page} if facts.pages else {}),
    }
    return steps((None, "green"), *sorted(lines.items()))


def fresh_sli(promise: Promise) -> tuple[Asked, ...]:
    """The share of good events now, and over the whole window."""
    total, bad, whole = (
        promise.identity.series(metric) for metric in (SLI_TOTAL_RATE, SLI_BAD_RATE, SLI_ERROR_RATIO_PERIOD)
    )
    return (
        (f"1 - {bad} / ({total} > 0)", _named(promise, "now")),
        (f"1 - {whole}", _named(promise, f"over {format_duration(promise.facts.window)}")),
    )


def burn_down(promise: Promise) -> tuple[Asked, ...]:
    """What is left of the budget, group by group."""
    return ((str(promise.identity.series(BUDGET_REMAINING)), _named(promise, "left")),)


def traffic(promise: Promise) -> tuple[Asked, ...]:
    """Events per second."""
    return ((str(promise.identity.series(SLI_TOTAL_RATE)), _named(promise, "events")),)


def failures(promise: Promise) -> tuple[Asked, ...]:
    """Bad events per second."""
    return ((str(promise.identity.series(SLI_BAD_RATE)), _named(promise, "bad")),)


def telling_window(promise: Promise) -> str:
    """Name the window whose burn tells when the budget will be gone."""
    return format_duration(_telling_window(promise))


def _telling_window(promise: Promise) -> timedelta:
    return exhaustion_window(each.window for each in promise.facts.burn_windows)


def _burn(promise: Promise, window: timedelta) -> str:
    return f"{promise.identity.series(error_ratio_metric(window))} / {plain(error_budget(promise.facts.target))}"


def _worst(function: str, promise: Promise, expression: str) -> str:
    return f"{function}({expression})" if promise.facts.group_by else expression


def _named(promise: Promise, name: str) -> str:
    return " ".join([name, *(f"{{{{{label}}}}}" for label in promise.facts.group_by)])
