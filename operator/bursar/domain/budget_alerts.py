"""The alerts that do not tell how fast a budget burns: it is low, it will not last, it cannot be seen."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from bursar.conventions import BUDGET_ALERT, EXHAUSTION_ALERT, NO_DATA_ALERT, REMAINING_BELOW, SLI_TOTAL_RATE
from bursar.domain.alerting import alert_labels, keep_firing
from bursar.domain.annotations import texts
from bursar.domain.budget import exhaustion_window
from bursar.domain.burn_alerts import unless_low
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.objective import BudgetAlert, ExhaustionAlert, NoDataAlert, ObjectiveDefinition
from bursar.domain.recordings import error_ratio_metric, remaining_of_the_window
from bursar.domain.rules import Alert

_LONGEST_KEPT: Final = timedelta(hours=1)
_KEPT_STEPS: Final = 12
_STEADY: Final = timedelta(hours=6)


def budget_alert(objective: ObjectiveDefinition, wanted: BudgetAlert) -> Alert:
    """Build the alert that a share of the budget is gone; it is kept for an hour, for budgets move slowly."""
    below = plain(wanted.below)
    gone = "the error budget is gone" if wanted.below <= 0 else f"less than {below} % of the error budget is left"
    description = (
        "Left of the budget: {{ $value | humanizePercentage }}, if all that is not covered yet goes well "
        f"({_promise(objective)})."
    )
    return Alert(
        BUDGET_ALERT,
        f"{remaining_of_the_window(objective)} < {plain(wanted.below / 100)}",
        min(_LONGEST_KEPT, _KEPT_STEPS * objective.intervals.slow),
        {**alert_labels(objective, wanted.alert), REMAINING_BELOW: below},
        {**texts(objective, gone, description), **wanted.alert.annotations},
    )


def exhaustion_alert(objective: ObjectiveDefinition, wanted: ExhaustionAlert, windows: Iterable[timedelta]) -> Alert:
    """Build the alert that the budget will be gone soon: at the burn of about six hours, and still in the last one.

    `windows` are those whose error ratio is recorded.
    """
    recorded = tuple(windows)
    long, short = exhaustion_window(recorded, near=_STEADY), exhaustion_window(recorded)
    budget, left = plain(objective.budget), remaining_of_the_window(objective)
    ratio, lately = (objective.series(error_ratio_metric(window)) for window in (long, short))
    seconds = f"({left} > 0) * {int(objective.window.total_seconds())} / (({ratio} > {budget}) / {budget})"
    warm = f"{objective.series(SLI_TOTAL_RATE)} offset {format_duration(long / 2)}"
    description = (
        "At the burn of the last "
        f"{format_duration(long)} the rest of the budget lasts {{{{ $value | humanizeDuration }}}} "
        f"({_promise(objective)})."
    )
    within = format_duration(wanted.within)
    return Alert(
        EXHAUSTION_ALERT,
        unless_low(objective, f"{seconds} < {int(wanted.within.total_seconds())} and {lately} > {budget} and {warm}"),
        keep_firing(objective),
        alert_labels(objective, wanted.alert),
        {**texts(objective, f"the error budget will be gone within {within}", description), **wanted.alert.annotations},
    )


def no_data_alert(objective: ObjectiveDefinition, wanted: NoDataAlert) -> Alert:
    """Build the alert that neither good nor bad events are to be seen, of any group."""
    description = (
        f"For {format_duration(wanted.pending)} no events were recorded: the metrics have vanished, or were never "
        f"there. Until they are back no burn alert can start ({_promise(objective)})."
    )
    return Alert(
        NO_DATA_ALERT,
        f"absent({objective.series(SLI_TOTAL_RATE)})",
        keep_firing(objective),
        alert_labels(objective, wanted.alert, grouped=False),
        {**texts(objective, "no data", description, grouped=False), **wanted.alert.annotations},
        pending=wanted.pending,
    )


def _promise(objective: ObjectiveDefinition) -> str:
    return f"target {plain(objective.target)} % over {format_duration(objective.window)}"
