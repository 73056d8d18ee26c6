"""What an objective means in numbers, taken from the very plan that the operator carries out."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from bursar.compiler.facts import ObjectiveFacts
from bursar.compiler.plan import Manifest
from bursar.conventions import (
    PAGE_ALERT,
    SLI_BAD_RATE,
    SLI_TOTAL_RATE,
    TICKET_ALERT,
    TRAFFIC_LOW,
)
from bursar.domain.books import group_names
from bursar.domain.budget import budget_events, events_for, remaining_outage
from bursar.domain.decimals import plain, rounded
from bursar.domain.durations import format_duration
from bursar.domain.objective import Identity
from bursar.domain.recordings import ENOUGH_FOR_PAGES, ENOUGH_FOR_TICKETS
from bursar.domain.tiers import Tier, TierKind, error_budget

WHOLE: Final = Decimal(100)
SHARES: Final = (Decimal(1), Decimal("0.5"), Decimal("0.1"), Decimal("0.01"))
"""The shares of bad events whose time until an alert is told."""

_ALERTS: Final[Mapping[TierKind, str]] = {TierKind.PAGE: PAGE_ALERT, TierKind.TICKET: TICKET_ALERT}


@dataclass(frozen=True, slots=True)
class TierExplained:
    """One tier of an alert; `fires_after` maps a share of bad events in percent to a duration, None: it never fires.

    `budget_gone` is how much of the budget, in percent, a steady burn just above the factor has spent when it fires.
    """

    kind: str
    long: str
    short: str
    factor: str
    error_percent: str
    budget_gone: str
    fires_after: Mapping[str, str | None]
    clears_after: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One objective. Percentages are decimal texts, durations Prometheus durations, expressions PromQL."""

    sla: str
    objective: str
    target: str
    budget: str
    window: str
    outage: str
    group_by: tuple[str, ...]
    total: str
    bad: str
    evaluated_every: str
    summed_every: str
    rated_over: str
    allowed: Mapping[str, int]
    tiers: tuple[TierExplained, ...]
    missing: Mapping[str, str]
    smallest_outage: str
    spent_by_then: str
    kept_for: str
    other_alerts: tuple[str, ...]
    events_for_pages: int | None
    events_for_tickets: int | None
    status: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def explain(
    facts: ObjectiveFacts, manifest: Manifest, identity: Identity, *, events: int | None, status: Mapping[str, Any]
) -> Explained:
    """Explain an objective as it was compiled; `events` are those of a window, `status` its row in a live status."""
    rules = list(_rules(manifest, identity))
    recorded = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
    alerts = {rule["alert"]: rule for rule in rules if "alert" in rule}
    tiers = [tier for kind in TierKind if _ALERTS[kind] in alerts for tier in facts.tiers.of(kind)]
    noticed = max(facts.tiers.smallest_outage, min((tier.time_to_fire for tier in tiers), default=timedelta()))
    return Explained(
        sla=f"{identity.namespace}/{identity.sla}",
        objective=facts.name,
        target=plain(facts.target),
        budget=plain(WHOLE - facts.target),
        window=format_duration(facts.window),
        outage=_shown(remaining_outage(WHOLE, facts.target, facts.window)),
        group_by=facts.group_by,
        total=recorded[SLI_TOTAL_RATE],
        bad=recorded[SLI_BAD_RATE],
        evaluated_every=format_duration(facts.evaluation),
        summed_every=format_duration(facts.slow_evaluation),
        rated_over=format_duration(facts.base_window),
        allowed={} if events is None else {f"{events}": budget_events(events, facts.target)},
        tiers=tuple(map(_tier, tiers)),
        missing={f"{drop.tier.kind.value} {drop.tier}": drop.reason for drop in facts.tiers.dropped},
        smallest_outage=_shown(noticed),
        spent_by_then=plain(rounded(_share(noticed, facts) * 100, 1)),
        kept_for=next((alerts[name]["keep_firing_for"] for name in _ALERTS.values() if name in alerts), ""),
        other_alerts=tuple(name for name in alerts if name not in _ALERTS.values()),
        events_for_pages=_events_for(ENOUGH_FOR_PAGES, facts, recorded) if PAGE_ALERT in alerts else None,
        events_for_tickets=_events_for(ENOUGH_FOR_TICKETS, facts, recorded) if TICKET_ALERT in alerts else None,
        status=status,
    )


def _rules(manifest: Manifest, identity: Identity) -> Iterator[Mapping[str, Any]]:
    names = group_names(identity)
    for group in manifest["spec"]["groups"]:
        if group["name"] in names:
            yield from group["rules"]


def _events_for(bad: int, facts: ObjectiveFacts, recorded: Mapping[str, str]) -> int | None:
    """How many events a verdict needs; None where their number is not weighed."""
    return events_for(bad, facts.target) if TRAFFIC_LOW in recorded else None


def _share(outage: timedelta, facts: ObjectiveFacts) -> Decimal:
    """What a total outage takes of the budget (1 is all)."""
    return Decimal(outage / facts.window) / error_budget(facts.target)


def _tier(tier: Tier) -> TierExplained:
    return TierExplained(
        kind=tier.kind.value,
        long=format_duration(tier.long),
        short=_shown(tier.short),
        factor=plain(rounded(tier.factor, 2)),
        error_percent=plain(rounded(tier.threshold * 100, 4)),
        budget_gone=plain(rounded(tier.share * 100, 1)),
        fires_after={plain(share * 100): _fires_after(tier, share) for share in SHARES},
        clears_after=_shown(tier.time_to_clear),
    )


def _fires_after(tier: Tier, share: Decimal) -> str | None:
    length = tier.fires_after(share)
    return None if length is None else _shown(length)


def _shown(length: timedelta) -> str:
    return format_duration(timedelta(seconds=round(length.total_seconds())))
