"""The verdicts on an SLA that come from Prometheus, each about all of its objectives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from bursar.api.sla import SLA
from bursar.compiler.facts import ObjectiveFacts, SlaFacts
from bursar.compiler.plan import Condition
from bursar.conventions import (
    COVERAGE_RATIO,
    SLI_ERROR_RATIO_PERIOD,
    ConditionType,
    Reason,
)
from bursar.domain.budget import shown_percent
from bursar.domain.durations import format_duration
from bursar.domain.tiers import TierKind
from bursar.observer.sla_readings import Reading, State

LOW_COVERAGE: Final = 0.95
NAMED: Final = 3
NAMED_BUCKETS: Final = 50

Finding: TypeAlias = tuple[Reason, str]
"""Why, and what is the matter with one objective."""


def rules_loaded(readings: Sequence[Reading], rule_errors: Mapping[str, str]) -> Condition:
    """Say whether Prometheus evaluates exactly the rules that were compiled.

    `rule_errors` is what Prometheus itself says against the rules of an objective, by the objective's name.
    """
    found = [finding for reading in readings if (finding := _not_loaded(reading, rule_errors))]
    if not found:
        return Condition(ConditionType.RULES_LOADED, "True", Reason.LOADED, "Prometheus evaluates all rules")
    return _verdict(ConditionType.RULES_LOADED, "False", found)


def data_quality(readings: Sequence[Reading]) -> Condition:
    """Say whether the books can be trusted; the gravest doubt comes first."""
    doubts = sorted(
        (doubt for reading in readings for doubt in _doubts(reading)), key=lambda doubt: _DOUBTS.index(doubt[0])
    )
    if not doubts:
        return Condition(ConditionType.DATA_QUALITY, "True", Reason.COMPLETE, "all windows are covered")
    status = "Unknown" if doubts[0][0] is Reason.NO_DATA else "False"
    return _verdict(ConditionType.DATA_QUALITY, status, doubts)


def tiers_reachable(sla: SLA, facts: SlaFacts) -> Condition:
    """Say whether the alerts that were asked for can ever fire."""
    alerting = sla.spec.alerting
    missing = [
        finding
        for objective in facts.objectives
        for finding in _unreachable(objective, page=alerting.page.enabled, ticket=alerting.ticket.enabled)
    ]
    if not missing:
        return Condition(ConditionType.TIERS_REACHABLE, "True", Reason.REACHABLE, "every kind of alert can fire")
    return _verdict(ConditionType.TIERS_REACHABLE, "False", missing)


def budget_healthy(rows: Iterable[tuple[str, State]]) -> Condition:
    """Say whether all budgets last; `rows` are the objectives' names and states, worst first."""
    found = [
        (_BUDGET_REASONS[state], f"{name} is {_BUDGET_WORDS[state]}")
        for name, state in rows
        if state in _BUDGET_REASONS
    ]
    if not found:
        return Condition(ConditionType.BUDGET_HEALTHY, "True", Reason.WITHIN_BUDGET, "all objectives are within budget")
    status = "Unknown" if found[0][0] is Reason.NO_DATA else "False"
    return _verdict(ConditionType.BUDGET_HEALTHY, status, found)


_DOUBTS: Final = (
    Reason.RATIO_OUT_OF_RANGE,
    Reason.BUCKET_MISSING,
    Reason.TOO_MANY_GROUPS,
    Reason.LOW_COVERAGE,
    Reason.NO_DATA,
)
_BUDGET_REASONS: Final[Mapping[State, Reason]] = {
    State.EXHAUSTED: Reason.EXHAUSTED,
    State.BURNING: Reason.BURNING,
    State.NO_DATA: Reason.NO_DATA,
    State.UNKNOWN: Reason.NO_DATA,
}
_BUDGET_WORDS: Final[Mapping[State, str]] = {
    State.EXHAUSTED: "out of budget",
    State.BURNING: "burning its budget too fast",
    State.NO_DATA: "without data",
    State.UNKNOWN: "without an answer yet",
}


def _verdict(type_: ConditionType, status: str, found: Sequence[Finding]) -> Condition:
    named = "; ".join(message for _, message in found[:NAMED])
    more = f"; +{len(found) - NAMED} more" if len(found) > NAMED else ""
    return Condition(type_, status, found[0][0], named + more)


def _field(objective: ObjectiveFacts) -> str:
    return f"spec.objectives[{objective.name}]"


def _not_loaded(reading: Reading, rule_errors: Mapping[str, str]) -> Finding | None:
    facts = reading.facts
    if facts.name in rule_errors:
        return Reason.RULE_FAILED, f"{_field(facts)}: Prometheus refuses a rule: {rule_errors[facts.name]}"
    if reading.loaded:
        return None
    what = "an older version of the rules is" if reading.definitions else "the rules are not"
    return Reason.NOT_LOADED, (
        f"{_field(facts)}: {what} loaded; a change takes up to two minutes, after that look whether Selected is "
        "True and whether the operator's prometheusUrl is the server that evaluates them"
    )


def _doubts(reading: Reading) -> Iterator[Finding]:
    facts = reading.facts
    field = _field(facts)
    wrong = [r for group in reading.groups.values() if (r := group.get(SLI_ERROR_RATIO_PERIOD)) and not 0 <= r <= 1]
    if wrong:
        yield (
            Reason.RATIO_OUT_OF_RANGE,
            f"{field}.indicator: the share of bad events is {wrong[0]:.4g}; "
            "what is counted as bad or good must be a part of total",
        )
    yield from _missing_bucket(reading)
    if len(reading.groups) > facts.max_groups:
        yield (
            Reason.TOO_MANY_GROUPS,
            f"{field}.groupBy: {len(reading.groups)} groups, more than maxGroups {facts.max_groups}; "
            "group by a label with fewer values, or raise maxGroups",
        )
    coverage = reading.worst.get(COVERAGE_RATIO)
    if coverage is None:
        yield Reason.NO_DATA, f"{field}: no budget is recorded yet"
    elif coverage < LOW_COVERAGE:
        yield (
            Reason.LOW_COVERAGE,
            f"{field}: the budget is provisional, {shown_percent(100 * Decimal(repr(coverage)))} % of "
            f"{format_duration(facts.window)} is recorded",
        )


def _missing_bucket(reading: Reading) -> Iterator[Finding]:
    wanted = reading.facts.latency_bucket
    if wanted is not None and reading.buckets and wanted.spellings[0] not in reading.buckets:
        more = f", +{len(reading.buckets) - NAMED_BUCKETS} more" if len(reading.buckets) > NAMED_BUCKETS else ""
        yield (
            Reason.BUCKET_MISSING,
            f'{_field(reading.facts)}.indicator.latency.threshold: no bucket with le="{wanted.spellings[0]}"; '
            f"available: {', '.join(reading.buckets[:NAMED_BUCKETS])}{more}",
        )


def _unreachable(objective: ObjectiveFacts, *, page: bool, ticket: bool) -> Iterator[Finding]:
    if page and not objective.pages:
        outage = timedelta(seconds=round(objective.tiers.smallest_outage.total_seconds()))
        yield (
            Reason.NO_PAGE,
            f"{_field(objective)}: no page can fire: {_why(objective, TierKind.PAGE)}; "
            f"the smallest outage that is noticed lasts {format_duration(outage)}",
        )
    if ticket and not objective.tickets:
        yield Reason.TIER_DROPPED, f"{_field(objective)}: no ticket can fire: {_why(objective, TierKind.TICKET)}"


def _why(objective: ObjectiveFacts, kind: TierKind) -> str:
    return ", ".join(f"{drop.tier}: {drop.reason}" for drop in objective.tiers.dropped if drop.tier.kind is kind)
