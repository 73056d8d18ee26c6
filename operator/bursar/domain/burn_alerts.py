"""The two alerts of an objective: a page and a ticket, each firing while any of its tiers burns."""

from datetime import timedelta
from typing import Final

from bursar.conventions import (
    INCIDENT,
    INCIDENT_GROUP,
    NAMESPACE,
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
from bursar.domain.annotations import annotations, tier_burns
from bursar.domain.durations import format_duration
from bursar.domain.objective import BurnAlert, ObjectiveDefinition
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.rules import Alert, Recording
from bursar.domain.tiers import Tier, TierKind

_LONGEST_KEPT: Final = timedelta(minutes=5)
_KEPT_EVALUATIONS: Final = 5
_FIRST_STEP: Final = "1"


def page_active(objective: ObjectiveDefinition, tiers: tuple[Tier, ...], hold: timedelta) -> Recording:
    """Record whether a page is due: while a tier burns, and on while telemetry is lost in an outage.

    The rule reads its own last sample. It cannot start by itself, because a false evaluation ends the series, and it
    cannot last, because the error ratio over `hold` runs out of samples.
    """
    active, total = objective.series(PAGE_ACTIVE), objective.series(SLI_TOTAL_RATE)
    held = f"(({active} unless {total}) and {objective.series(error_ratio_metric(hold))})"
    return Recording(PAGE_ACTIVE, "\nor\n".join([*_burning(objective, tiers), held]), objective.identity.labels)


def page_alert(objective: ObjectiveDefinition, alert: BurnAlert, tiers: tuple[Tier, ...], hold: timedelta) -> Alert:
    """Build the alert that wakes somebody; it fires with `page_active`."""
    held = f"Telemetry is lost; the page is held for at most {format_duration(hold)}"
    texts = annotations(objective, tiers, summary="the error budget burns too fast", otherwise=held)
    return Alert(
        PAGE_ALERT,
        str(objective.series(PAGE_ACTIVE)),
        _keep_firing(objective),
        _labels(objective, alert),
        {**texts, **alert.annotations},
    )


def ticket_alert(objective: ObjectiveDefinition, alert: BurnAlert, tiers: tuple[Tier, ...]) -> Alert:
    """Build the alert that can wait until the morning."""
    texts = annotations(objective, tiers, summary="the error budget will not last", otherwise="The budget burns")
    return Alert(
        TICKET_ALERT,
        "\nor\n".join(_burning(objective, tiers)),
        _keep_firing(objective),
        _labels(objective, alert),
        {**texts, **alert.annotations},
    )


def _keep_firing(objective: ObjectiveDefinition) -> timedelta:
    """Bridge a few evaluations, 5 m at the usual pace: a burn that flickers around its threshold is one alert."""
    return min(_LONGEST_KEPT, _KEPT_EVALUATIONS * objective.intervals.fast)


def _burning(objective: ObjectiveDefinition, tiers: tuple[Tier, ...]) -> list[str]:
    return [f"({tier_burns(objective.series, tier)}{_warm(objective, tier, tiers)})" for tier in tiers]


def _warm(objective: ObjectiveDefinition, tier: Tier, tiers: tuple[Tier, ...]) -> str:
    """Ask for half a long window of history: on a cold start all windows are equally short, and the slowest fires."""
    if tier.kind is TierKind.PAGE and tier is tiers[0]:
        return ""
    return f" and {objective.series(SLI_TOTAL_RATE)} offset {format_duration(tier.long / 2)}"


def _labels(objective: ObjectiveDefinition, alert: BurnAlert) -> dict[str, str]:
    """Label an alert by what never changes in mid-incident: a changed label is a resolved and a new alert."""
    identity = objective.identity
    incident = f"{Kind.SLA}/{identity.sla}/{identity.objective}"
    fixed = {
        NAMESPACE: identity.namespace,
        SEVERITY: alert.severity,
        TEAM: objective.team,
        INCIDENT: incident,
        INCIDENT_GROUP: "/".join(f"{{{{ $labels.{name} }}}}" for name in objective.group_by),
        STEP: _FIRST_STEP,
        ROUTE: f"{incident}/{alert.severity}/{_FIRST_STEP}",
    }
    return {**alert.labels, **{name: value for name, value in fixed.items() if value}}
