"""The two alerts of an objective: a page and a ticket, each firing while any of its tiers burns."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bursar.conventions import (
    BUDGET_REMAINING,
    INCIDENT,
    INCIDENT_GROUP,
    PAGE_ACTIVE,
    PAGE_ALERT,
    ROUTE,
    SEVERITY,
    SLI_TOTAL_RATE,
    STEP,
    TEAM,
    TICKET_ALERT,
    Kind,
)
from bursar.domain.budget import exhaustion_window
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import BurnAlert, ObjectiveDefinition
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.rules import Alert, Recording
from bursar.domain.templates import literal
from bursar.domain.tiers import Tier

KEEP_FIRING: Final = timedelta(minutes=5)

_FIRST_STEP: Final = "1"


def page_active(objective: ObjectiveDefinition, tiers: tuple[Tier, ...], hold: timedelta) -> Recording:
    """Record whether a page is due: while a tier burns, and on while telemetry is lost in an outage.

    The rule reads its own last sample. It cannot start by itself, because a false evaluation ends the series, and it
    cannot last, because the error ratio over `hold` runs out of samples.
    """
    active, total = objective.series(PAGE_ACTIVE), objective.series(SLI_TOTAL_RATE)
    held = f"(({active} unless {total}) and {objective.series(error_ratio_metric(hold))})"
    return Recording(PAGE_ACTIVE, f"{_any_tier(objective, tiers)}\nor\n{held}", objective.identity.labels)


def page_alert(
    objective: ObjectiveDefinition, alert: BurnAlert, tiers: tuple[Tier, ...], hold: timedelta
) -> Alert:
    """Build the alert that wakes somebody; it fires with `page_active`."""
    waiting = f"Telemetry is lost; the page is held for at most {format_duration(hold)}"
    annotations = _annotations(objective, tiers, "the error budget burns too fast", otherwise=waiting)
    return Alert(
        PAGE_ALERT,
        str(objective.series(PAGE_ACTIVE)),
        KEEP_FIRING,
        _labels(objective, alert),
        {**annotations, **alert.annotations},
    )


def ticket_alert(objective: ObjectiveDefinition, alert: BurnAlert, tiers: tuple[Tier, ...]) -> Alert:
    """Build the alert that can wait until morning."""
    annotations = _annotations(objective, tiers, "the error budget will not last", otherwise="The error budget burns")
    return Alert(
        TICKET_ALERT,
        _any_tier(objective, tiers),
        KEEP_FIRING,
        _labels(objective, alert),
        {**annotations, **alert.annotations},
    )
