"""Whether the alerts of an SLA that were asked for can ever fire, and in time."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bursar.api.sla import SLA
from bursar.compiler.facts import ObjectiveFacts
from bursar.compiler.plan import Condition
from bursar.conventions import ConditionType, Reason
from bursar.domain.durations import format_duration
from bursar.domain.recordings import ENOUGH_FOR_PAGES, ENOUGH_FOR_TICKETS
from bursar.domain.tiers import FEW_EVALUATIONS, TierKind, error_budget
from bursar.observer.sla_conditions import Finding, field_of, verdict
from bursar.observer.sla_readings import Reading


def tiers_reachable(sla: SLA, readings: Sequence[Reading]) -> Condition:
    """Say which alerts cannot fire or come late, why, and what is the smallest outage that is noticed."""
    wanted = {
        kind
        for kind, alert in ((TierKind.PAGE, sla.spec.alerting.page), (TierKind.TICKET, sla.spec.alerting.ticket))
        if alert.enabled
    }
    chosen = {tier.kind for tier in sla.spec.alerting.tiers}
    found = [finding for reading in readings for finding in _findings(reading, wanted, chosen)]
    if not found:
        return Condition(ConditionType.TIERS_REACHABLE, "True", Reason.REACHABLE, "every kind of alert can fire")
    return verdict(ConditionType.TIERS_REACHABLE, "False", found)


def _findings(reading: Reading, wanted: set[TierKind], chosen: set[TierKind]) -> Iterator[Finding]:
    facts = reading.facts
    if TierKind.PAGE in wanted and not facts.pages:
        yield (
            Reason.NO_PAGE,
            f"{field_of(facts)}: no page can fire: {_why(facts, TierKind.PAGE)}; "
            f"the smallest outage that is noticed lasts {_shown(facts.tiers.smallest_outage)}",
        )
    if TierKind.TICKET in wanted and not facts.tickets:
        yield Reason.TIER_DROPPED, f"{field_of(facts)}: no ticket can fire: {_why(facts, TierKind.TICKET)}"
    for kind in sorted(wanted & chosen):
        if facts.tiers.of(kind) and _why(facts, kind):
            yield Reason.TIER_DROPPED, f"spec.alerting.tiers, for {field_of(facts)}: {_why(facts, kind)}"
    yield from _low_traffic(reading, wanted)
    if TierKind.PAGE in wanted and facts.pages and facts.tiers.coarse:
        yield Reason.TOO_COARSE, f"{field_of(facts)}: {_coarse(facts)}"


def _low_traffic(reading: Reading, wanted: set[TierKind]) -> Iterator[Finding]:
    allowed = reading.low_traffic
    if allowed is None or not wanted & _silent(allowed):
        return
    which = (
        f"below {ENOUGH_FOR_TICKETS} no burn alert fires"
        if allowed < ENOUGH_FOR_TICKETS
        else f"below {ENOUGH_FOR_PAGES} no page fires, only tickets"
    )
    yield (
        Reason.LOW_TRAFFIC,
        f"{field_of(reading.facts)}: at this traffic about {allowed:.0f} bad events are allowed in "
        f"{format_duration(reading.facts.window)}, and {which}; lengthen the window, lower the target, divide less, "
        "measure by a probe or timeslices, or set spec.alerting.lowTraffic to ignore",
    )


def _silent(allowed: float) -> set[TierKind]:
    """The kinds of alerts that so few allowed bad events cannot carry."""
    return {TierKind.PAGE, TierKind.TICKET} if allowed < ENOUGH_FOR_TICKETS else {TierKind.PAGE}


def _coarse(facts: ObjectiveFacts) -> str:
    outage = facts.window * float(error_budget(facts.target))
    return (
        f"the whole budget is {_shown(outage)} of total outage, fewer than {FEW_EVALUATIONS} evaluations of "
        f"{format_duration(facts.evaluation)}: the smallest outage that is noticed lasts "
        f"{_shown(facts.tiers.smallest_outage)}, {facts.tiers.spent:.0%} of the budget; shorten the operator's "
        "fastInterval and the scrape interval, or lower the target"
    )


def _shown(length: timedelta) -> str:
    return format_duration(timedelta(seconds=round(length.total_seconds())))


def _why(objective: ObjectiveFacts, kind: TierKind) -> str:
    return ", ".join(f"{drop.tier}: {drop.reason}" for drop in objective.tiers.dropped if drop.tier.kind is kind)
