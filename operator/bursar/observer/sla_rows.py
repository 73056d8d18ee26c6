"""One row of `status.objectives`: what the books of an objective say, as people read it.

With groupBy a row shows the books of the worst group, the one with the least budget left, and lists up to five of the
worst groups beside it. An alert fires when it fires for any group.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from heapq import nsmallest
from typing import Any, Final, TypeAlias

from bursar.compiler.facts import BurnWindow, ObjectiveFacts
from bursar.conventions import (
    BUDGET_REMAINING,
    COVERAGE_RATIO,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_ERROR_RATIO_PERIOD,
)
from bursar.domain.budget import (
    budget_events,
    burn_rate,
    exhaustion,
    exhaustion_window,
    remaining_outage,
    shown_burn,
    shown_percent,
    shown_sli,
)
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.tiers import TierKind
from bursar.observer.figures import time_text, window_text
from bursar.observer.sla_books import Readings
from bursar.observer.sla_readings import Reading, budget_left, burning_tier, state

Row: TypeAlias = dict[str, Any]

WORST_GROUPS: Final = 5
LONGEST_LABEL: Final = 1024  # what the schema of the status takes
FIRING: Final = "Firing"
INACTIVE: Final = "Inactive"


def row(reading: Reading, *, at: datetime, previous: Mapping[str, Any]) -> Row:
    """Write one row; `previous` is the row of the last time, empty if there was none.

    What Prometheus did not say is left out.
    """
    facts, worst = reading.facts, reading.worst
    rates = _rates(facts, worst)
    return {
        "name": facts.name,
        "state": state(reading).value,
        "target": plain(facts.target),
        **_success(worst),
        "window": {"start": time_text(at - facts.window), "end": time_text(at)},
        **_events(worst),
        **_budget(facts, worst),
        "burn": [{"window": window_text(window), "rate": shown_burn(rate)} for window, rate in rates.items()],
        **_exhaustion(facts, worst, rates, at),
        **_coverage(worst),
        "alerts": _alerts(reading, at, previous.get("alerts", {})),
        **_worst_groups(reading),
    }


def summary(row: Mapping[str, Any], facts: ObjectiveFacts) -> Row:
    """Shorten the row of the worst objective for the columns of kubectl."""
    rates = {burn["window"]: burn["rate"] for burn in row["burn"]}
    shown = {
        "objective": row["name"],
        "remaining": row.get("budget", {}).get("remaining"),
        "burn": rates.get(window_text(_deciding_window(facts.burn_windows))),
        "exhaustion": row.get("exhaustion"),
        "sli": row.get("sli"),
        "coverage": row.get("coverage"),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _percent(fraction: float) -> Decimal:
    return 100 * Decimal(repr(fraction))


def _success(worst: Readings) -> Row:
    ratio = worst.get(SLI_ERROR_RATIO_PERIOD)
    return {} if ratio is None else {"sli": shown_sli(ratio)}


def _events(worst: Readings) -> Row:
    total, bad = _count(worst, PERIOD_TOTAL_EVENTS), _count(worst, PERIOD_BAD_EVENTS)
    return {} if total is None or bad is None else {"events": {"total": total, "bad": bad}}


def _count(worst: Readings, metric: str) -> int | None:
    """Round an estimated number of events to the one that is shown, so that whatever follows from it agrees."""
    estimated = worst.get(metric)
    return None if estimated is None else max(0, round(estimated))


def _budget(facts: ObjectiveFacts, worst: Readings) -> Row:
    left, total = worst.get(BUDGET_REMAINING), _count(worst, PERIOD_TOTAL_EVENTS)
    if left is None:
        return {}
    outage = remaining_outage(_at_most_all(left), facts.target, facts.window)
    budget = {"remaining": shown_percent(_percent(left)), "remainingTime": format_duration(outage)}
    return {"budget": budget if total is None else {"events": budget_events(total, facts.target), **budget}}


def _rates(facts: ObjectiveFacts, worst: Readings) -> Mapping[timedelta, float]:
    return {
        burn.window: burn_rate(worst[burn.metric], facts.target) for burn in facts.burn_windows if burn.metric in worst
    }


def _exhaustion(facts: ObjectiveFacts, worst: Readings, rates: Mapping[timedelta, float], at: datetime) -> Row:
    left, rate = worst.get(BUDGET_REMAINING), rates.get(_deciding_window(facts.burn_windows))
    if left is None or rate is None:
        return {}
    moment = exhaustion(_at_most_all(left), rate, facts.window, at)
    return {} if moment is None else {"exhaustion": time_text(moment)}


@lru_cache(maxsize=1024)
def _deciding_window(windows: tuple[BurnWindow, ...]) -> timedelta:
    return exhaustion_window(burn.window for burn in windows)


def _at_most_all(left: float) -> Decimal:
    """What is left, in percent; a negative error ratio is a defect of the query and earns no extra time."""
    return _percent(min(left, 1.0))


def _coverage(worst: Readings) -> Row:
    coverage = worst.get(COVERAGE_RATIO)
    return {} if coverage is None else {"coverage": shown_percent(_percent(coverage))}


def _alerts(reading: Reading, at: datetime, previous: Mapping[str, str]) -> Row:
    """Tell which alerts fire and, of the more urgent one, since when and by which tier.

    While an alert is only kept (telemetry is lost, or the short window is quiet again) no tier burns, and the last
    one stays.
    """
    firing = reading.firing
    alerts = {kind.value: FIRING if kind in firing else INACTIVE for kind in TierKind}
    if not firing:
        return alerts
    before = previous if previous.get(firing[0]) == FIRING else {}
    tier = burning_tier(reading, firing[0]) or before.get("tier")
    since = {"since": before.get("since", time_text(at))}
    return {**alerts, **since, **({"tier": tier} if tier else {})}


def _worst_groups(reading: Reading) -> Row:
    if not reading.facts.group_by:
        return {}
    known = [(group, readings) for group, readings in reading.groups.items() if BUDGET_REMAINING in readings]
    worst = nsmallest(WORST_GROUPS, known, key=lambda item: (budget_left(item[1]), item[0]))
    return {
        "worstGroups": [
            {
                "labels": {
                    label: value[:LONGEST_LABEL] for label, value in zip(reading.facts.group_by, group, strict=True)
                },
                "remaining": shown_percent(_percent(budget_left(readings))),
            }
            for group, readings in worst
        ]
    }
