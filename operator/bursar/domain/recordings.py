"""The recorded series of an objective, in the order in which they read each other.

Everything is a ratio of sums; a mean of ratios would weigh an idle night like a busy noon. Long windows are staged
(rates, sums of rates, sums of sums), so that no rule reads raw series for days.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.conventions import (
    BUDGET_BAD_SUM,
    BUDGET_REMAINING,
    BUDGET_TOTAL_SUM,
    COVERAGE_RATIO,
    DEFINITION,
    OBJECTIVE_INFO,
    PERIOD_BAD_EVENTS,
    PERIOD_TOTAL_EVENTS,
    SLI_BAD_RATE,
    SLI_ERROR_RATIO,
    SLI_ERROR_RATIO_PERIOD,
    SLI_TOTAL_RATE,
    TEAM,
    TRAFFIC_LOW,
)
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import ObjectiveDefinition
from bursar.domain.promql.build import over_time, ratio, sum_by
from bursar.domain.rules import Recording

LONGEST_RAW: Final = timedelta(hours=1)
LONGEST_OF_RATES: Final = timedelta(hours=6)
ENOUGH_FOR_PAGES: Final = 50
ENOUGH_FOR_TICKETS: Final = 10
FEWEST_FAILURES: Final = 3

_SECOND: Final = timedelta(seconds=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_GRACE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


def error_ratio_metric(window: timedelta) -> str:
    """Name the recorded error ratio of one window, `bursar:sli_error:ratio_1h`."""
    return f"{SLI_ERROR_RATIO}_{format_duration(window)}"


def base_rates(objective: ObjectiveDefinition) -> tuple[Recording, ...]:
    """Events per second, in total and bad: what all sums are made of."""
    by, window = objective.group_by, objective.base_window
    return (
        recording(objective, SLI_TOTAL_RATE, objective.events.judged(by, window)),
        recording(objective, SLI_BAD_RATE, objective.events.bad(by, window, judged=_judged(objective))),
    )


def error_ratio(objective: ObjectiveDefinition, window: timedelta) -> Recording:
    """Record the share of bad events over one window, from the cheapest series that is exact enough for it."""
    if window <= LONGEST_RAW:
        expression = objective.events.error_ratio(objective.group_by, window, judged=_judged(objective))
    elif window <= LONGEST_OF_RATES:
        expression = _summed_ratio(objective, SLI_BAD_RATE, SLI_TOTAL_RATE, window)
    else:
        expression = _summed_ratio(objective, BUDGET_BAD_SUM, BUDGET_TOTAL_SUM, window)
    return recording(objective, error_ratio_metric(window), expression)


def bad_events(objective: ObjectiveDefinition, window: timedelta) -> str:
    """Count the bad events of a window, from the same series as its error ratio."""
    if window <= LONGEST_OF_RATES:
        return f"{over_time('sum', objective.series(SLI_BAD_RATE), window)} * {_seconds(objective.intervals.fast)}"
    return over_time("sum", objective.series(BUDGET_BAD_SUM), window)


def budget_balance(objective: ObjectiveDefinition) -> tuple[Recording, ...]:
    """The error ratio of the whole window, and what it leaves of the budget (1 is all, below 0 is overspent)."""
    bad, total = (_newest(objective, metric) for metric in (PERIOD_BAD_EVENTS, PERIOD_TOTAL_EVENTS))
    spent = f"{objective.series(SLI_ERROR_RATIO_PERIOD)} / {plain(objective.budget)}"
    return (
        recording(objective, SLI_ERROR_RATIO_PERIOD, ratio(bad, total)),
        recording(objective, BUDGET_REMAINING, f"1 - {spent}"),
    )


def low_traffic(objective: ObjectiveDefinition) -> Recording:
    """Record how many bad events the whole window allows, while they are too few to carry burn alerts.

    The events so far are projected to the window once a day is covered. What was low stays low up to twice the limit.
    """
    covered = _newest(objective, COVERAGE_RATIO)
    allowed = f"{_newest(objective, PERIOD_TOTAL_EVENTS)} * {plain(objective.budget)} / {covered}"
    least = plain(rounded(Decimal(min(_DAY, objective.window / 2) / objective.window), 4))
    low = objective.series(TRAFFIC_LOW)
    expression = (
        f"({allowed} < {ENOUGH_FOR_PAGES} and {covered} >= {least})\nor\n({allowed} < {2 * ENOUGH_FOR_PAGES} and {low})"
    )
    return recording(objective, TRAFFIC_LOW, expression)


def remaining_of_the_window(objective: ObjectiveDefinition) -> str:
    """What is left (1 is all) if all that is not covered yet goes well, at the traffic so far.

    The recorded budget is that of the covered time alone; a few bad events in the first minutes overdraw it.
    """
    spent = f"{objective.series(SLI_ERROR_RATIO_PERIOD)} * {_newest(objective, COVERAGE_RATIO)}"
    return f"(1 - {spent} / {plain(objective.budget)})"


def info(objective: ObjectiveDefinition, definition: str) -> Recording:
    """Record what people call the objective, and which version of it is loaded, to be joined by `group_left`."""
    described = {
        DEFINITION: definition,
        TEAM: objective.team,
        "title": objective.title,
        "target": plain(objective.target),
        "window": format_duration(objective.window),
        "runbook_url": objective.runbook,
    }
    labels = objective.identity.labels | {name: value for name, value in described.items() if value}
    return Recording(OBJECTIVE_INFO, "vector(1)", labels)


def period_recordings(objective: ObjectiveDefinition) -> tuple[Recording, ...]:
    """Record the slow group: events per step, their sums over the window, and how much of the window is covered."""
    return (
        _step_sum(objective, BUDGET_TOTAL_SUM, SLI_TOTAL_RATE),
        _step_sum(objective, BUDGET_BAD_SUM, SLI_BAD_RATE),
        _period_sum(objective, PERIOD_TOTAL_EVENTS, BUDGET_TOTAL_SUM),
        _period_sum(objective, PERIOD_BAD_EVENTS, BUDGET_BAD_SUM),
        _coverage(objective),
    )


def _step_sum(objective: ObjectiveDefinition, metric: str, rate_metric: str) -> Recording:
    """Count the events of one step; the offset keeps the fast group's newest, perhaps missing, sample out."""
    intervals = objective.intervals
    summed = over_time("sum", objective.series(rate_metric), intervals.slow, offset=intervals.fast)
    return recording(objective, metric, f"{summed} * {_seconds(intervals.fast)}")


def _period_sum(objective: ObjectiveDefinition, metric: str, step_metric: str) -> Recording:
    return recording(objective, metric, over_time("sum", objective.series(step_metric), objective.window))


def _coverage(objective: ObjectiveDefinition) -> Recording:
    events, steps = objective.events.expected(objective.window), objective.window // objective.intervals.slow
    if events is None:
        counted = f"{over_time('count', objective.series(BUDGET_TOTAL_SUM), objective.window)} / {steps}"
    else:
        counted = f"{objective.series(PERIOD_TOTAL_EVENTS)} / {events}"
    return recording(objective, COVERAGE_RATIO, f"clamp_max({counted}, 1)")


def _judged(objective: ObjectiveDefinition) -> str:
    """The events of every group, as they have just been recorded: cheaper than reading them once more."""
    return sum_by(objective.group_by, str(objective.series(SLI_TOTAL_RATE)))


def _newest(objective: ObjectiveDefinition, metric: str) -> str:
    """Read a series of the slow group; the look-back bridges that group's pace and a restart of Prometheus."""
    return over_time("last", objective.series(metric), 2 * objective.intervals.slow + _GRACE)


def _seconds(length: timedelta) -> str:
    return plain(Decimal(length // _MILLISECOND) / Decimal(_SECOND // _MILLISECOND))


def _summed_ratio(objective: ObjectiveDefinition, bad: str, total: str, window: timedelta) -> str:
    return ratio(over_time("sum", objective.series(bad), window), over_time("sum", objective.series(total), window))


def recording(objective: ObjectiveDefinition, metric: str, expression: str) -> Recording:
    """Record a metric of an objective."""
    return Recording(metric, expression, objective.identity.labels)
