"""The two burn alerts of an objective: a page and a ticket, each firing while any of its tiers burns."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from bursar.conventions import PAGE_ACTIVE, PAGE_ALERT, SLI_TOTAL_RATE, TICKET_ALERT, TRAFFIC_LOW
from bursar.domain.alerting import alert_labels, keep_firing
from bursar.domain.annotations import annotations, tier_burns
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import Audience, ObjectiveDefinition
from bursar.domain.recordings import ENOUGH_FOR_TICKETS, FEWEST_FAILURES, bad_events, error_ratio_metric
from bursar.domain.rules import Alert, Recording
from bursar.domain.tiers import Tier, TierKind, Tiers

_HOUR: Final = timedelta(hours=1)


def page_active(objective: ObjectiveDefinition, tiers: tuple[Tier, ...], hold: timedelta) -> Recording:
    """Record whether a page is due: while a tier burns, and on while telemetry is lost in an outage.

    The rule reads its own last sample. It cannot start by itself, because a false evaluation ends the series, and it
    cannot last, because the error ratio over `hold` runs out of samples.
    """
    due = [unless_low(objective, burning) for burning in _burning(objective, tiers)]
    if objective.hold_page:
        active, total = objective.series(PAGE_ACTIVE), objective.series(SLI_TOTAL_RATE)
        due.append(f"(({active} unless {total}) and {objective.series(error_ratio_metric(hold))})")
    return Recording(PAGE_ACTIVE, "\nor\n".join(due), objective.identity.labels)


def page_alert(objective: ObjectiveDefinition, audience: Audience, tiers: tuple[Tier, ...], hold: timedelta) -> Alert:
    """Build the alert that wakes somebody; it fires with `page_active`."""
    held = f"Telemetry is lost; the page is held for at most {format_duration(hold)}"
    otherwise = held if objective.hold_page else "The budget burns"
    texts = annotations(objective, tiers, summary="the error budget burns too fast", otherwise=otherwise)
    return Alert(
        PAGE_ALERT,
        str(objective.series(PAGE_ACTIVE)),
        keep_firing(objective),
        alert_labels(objective, audience),
        {**texts, **audience.annotations},
    )


def ticket_alert(objective: ObjectiveDefinition, audience: Audience, tiers: tuple[Tier, ...]) -> Alert:
    """Build the alert that can wait until the morning."""
    burning = zip(_burning(objective, tiers), tiers, strict=True)
    texts = annotations(objective, tiers, summary="the error budget will not last", otherwise="The budget burns")
    return Alert(
        TICKET_ALERT,
        "\nor\n".join(_unless_very_low(objective, text, tier) for text, tier in burning),
        keep_firing(objective),
        alert_labels(objective, audience),
        {**texts, **audience.annotations},
    )


def page_burning(objective: ObjectiveDefinition, tiers: Tiers) -> str:
    """Ask whether it burns now, or nobody can see: a page lasts for half an hour after an outage."""
    burning = _burns_now(objective, tiers.fastest, tiers.page)
    if not objective.hold_page:
        return burning
    return f"{burning} or {objective.series(PAGE_ACTIVE)} unless {objective.series(SLI_TOTAL_RATE)}"


def ticket_burning(objective: ObjectiveDefinition, tiers: Tiers) -> str:
    """Ask whether it burns now: a ticket lasts for hours after an outage."""
    return _burns_now(objective, tiers.fastest, tiers.ticket)


def weighs_traffic(objective: ObjectiveDefinition) -> bool:
    """Whether the number of events decides which tiers may fire; events that come by the clock are never too few."""
    return objective.weigh_traffic and objective.events.spacing(objective.intervals.scrape) is None


def _burning(objective: ObjectiveDefinition, tiers: tuple[Tier, ...]) -> list[str]:
    return [
        f"({tier_burns(objective.series, tier)}{_warm(objective, tier, tiers)}{_more_than_one(objective, tier)})"
        for tier in tiers
    ]


def _burns_now(objective: ObjectiveDefinition, fastest: Tier, tiers: tuple[Tier, ...]) -> str:
    lowest = min(tier.threshold for tier in tiers)
    return f"{objective.series(error_ratio_metric(fastest.short))} > {plain(lowest)}"


def _warm(objective: ObjectiveDefinition, tier: Tier, tiers: tuple[Tier, ...]) -> str:
    """Ask for half a long window of history: on a cold start all windows are equally short, and the slowest fires."""
    chosen = any(override.kind is tier.kind for override in objective.tiers)
    if tier.kind is TierKind.PAGE and tier is tiers[0] and (tier.long <= _HOUR or not chosen):
        return ""
    return f" and {objective.series(SLI_TOTAL_RATE)} offset {format_duration(tier.long / 2)}"


def _more_than_one(objective: ObjectiveDefinition, tier: Tier) -> str:
    """Ask for two bad events where a single failed probe or slice would pass the threshold."""
    spacing = objective.events.spacing(objective.intervals.scrape)
    if spacing is None or tier.threshold * Decimal(tier.long / spacing) >= 2:
        return ""
    return f" and {bad_events(objective, tier.long)} > 1.5"


def unless_low(objective: ObjectiveDefinition, burning: str) -> str:
    """Take no notice of a burn while so few events cannot carry the verdict."""
    return f"({burning} unless {objective.series(TRAFFIC_LOW)})" if weighs_traffic(objective) else burning


def _unless_very_low(objective: ObjectiveDefinition, burning: str, tier: Tier) -> str:
    """Ask for some failures where traffic is low: those of the tier's window, at the traffic of the whole window.

    That is an estimate of a whole number, so half a failure less is enough.
    """
    if not weighs_traffic(objective):
        return burning
    low, ratio = objective.series(TRAFFIC_LOW), objective.series(error_ratio_metric(tier.long))
    least = (FEWEST_FAILURES - Decimal("0.5")) * objective.budget * Decimal(objective.window / tier.long)
    return f"({burning} unless ({low} < {ENOUGH_FOR_TICKETS} or {ratio} * {low} < {plain(rounded(least, 6))}))"
