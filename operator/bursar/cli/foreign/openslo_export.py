"""SLAs as OpenSLO v1: an SLO for every objective, and an AlertPolicy for every tier.

Source: https://github.com/OpenSLO/OpenSLO
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA, Objective
from bursar.cli.foreign.openslo import VERSION
from bursar.cli.foreign.parts import as_number, filled
from bursar.cli.foreign.queries import WINDOW
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.compiler.facts import ObjectiveFacts, SlaFacts
from bursar.compiler.indicators import resolve
from bursar.compiler.objects import bounded_name
from bursar.domain.decimals import rounded
from bursar.domain.events import BadOfTotal, Expressions, Gauge, GoodOfTotal
from bursar.domain.histograms import SlowOfHistogram
from bursar.domain.objective import Identity
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.comparison import comparison
from bursar.domain.promql.expression import parse
from bursar.domain.promql.matcher import MatchOperator
from bursar.domain.promql.selector import Selector
from bursar.domain.tiers import Tier, TierKind
from bursar.domain.timeslices import Missing

_OPERATORS: Final = {"<=": "lte", ">=": "gte", "<": "lt", ">": "gt"}
_UNITS: Final = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)))


def to_openslo(sla: SLA, facts: SlaFacts, target: MonitoringTarget | None, remarks: Remarks) -> Iterator[Raw]:
    """Make the documents of one SLA; `facts` are what it was compiled to."""
    name = sla.metadata.name
    owner = target.spec.owner if target else ""
    described = f"{sla.metadata.namespace}/{name}" + (f", owned by {owner}" if owner else "")
    yield _document("Service", name, spec={"description": described})
    _say_what_is_lost(sla, remarks)
    for objective, compiled in zip(sla.spec.objectives, facts.objectives, strict=True):
        about = remarks.about(objective.name)
        try:
            yield from _slo(sla, objective, compiled, target, about)
        except Refusal as refusal:
            about.refused(str(refusal))


def _say_what_is_lost(sla: SLA, remarks: Remarks) -> None:
    alerting = sla.spec.alerting
    lost = {
        "alerting.budget": alerting.budget,
        "alerting.exhaustion": alerting.exhaustion,
        "alerting.labels": alerting.labels,
        "alerting.annotations": alerting.annotations,
    }
    for field in (field for field, value in lost.items() if value):
        remarks.lost(f"spec.{field} has no counterpart in OpenSLO")


def _slo(
    sla: SLA, objective: Objective, facts: ObjectiveFacts, target: MonitoringTarget | None, remarks: Remarks
) -> Iterator[Raw]:
    name = bounded_name(f"{sla.metadata.name}-{objective.name}")
    indicator, threshold = _indicator(sla, objective, target, remarks)
    tiers = [*(facts.tiers.page if facts.pages else ()), *(facts.tiers.ticket if facts.tickets else ())]
    policies = [_policy(f"{name}-{tier.kind}-{at}", tier, sla, facts) for at, tier in enumerate(tiers, start=1)]
    if tiers:
        remarks.lost("the short windows of its alerts: a condition of OpenSLO has one window")
    spec = {
        "description": objective.description,
        "service": sla.metadata.name,
        "indicator": {"metadata": {"name": name}, "spec": indicator},
        "timeWindow": [{"duration": _duration(facts.window), "isRolling": True}],
        "budgetingMethod": "Timeslices" if threshold else "Occurrences",
        "objectives": [{"displayName": objective.name, "targetPercent": as_number(objective.target), **threshold}],
        "alertPolicies": [{"alertPolicyRef": policy["metadata"]["name"]} for policy in policies],
    }
    yield _document("SLO", name, title=objective.title, spec=filled(spec))
    yield from policies


def _document(kind: str, name: str, *, spec: Raw, title: str = "") -> Raw:
    metadata = filled({"name": name, "displayName": title})
    return {"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def _indicator(
    sla: SLA, objective: Objective, target: MonitoringTarget | None, remarks: Remarks
) -> tuple[Raw, Mapping[str, Any]]:
    """Return an SLI, and what stands with the objective where slices are counted."""
    timeslice = objective.indicator.timeslice
    if timeslice is not None:
        value, threshold = _threshold(timeslice.good)
        if timeslice.missing is not Missing.IGNORE:
            remarks.lost(f"timeslice.missing: {timeslice.missing}: OpenSLO does not say what a missing slice counts as")
        return {"thresholdMetric": value}, {
            **threshold,
            "timeSliceTarget": 1,
            "timeSliceWindow": _duration(timeslice.slice),
        }
    identity = Identity(sla.metadata.namespace, sla.metadata.name, objective.name)
    events = resolve(objective, target, identity)
    queries = _queries(events, objective.group_by)
    if any(WINDOW in query for query in queries.values()):
        remarks.changed(f"its queries have {WINDOW} for the length of a range, which a reader must fill in")
    ratio = {"counter": isinstance(events, BadOfTotal | GoodOfTotal | SlowOfHistogram)}
    return {"ratioMetric": {**ratio, **{name: _metric(query) for name, query in queries.items()}}}, {}


def _queries(events: object, by: tuple[str, ...]) -> dict[str, str]:
    match events:
        case BadOfTotal():
            return {"bad": _summed(events.bad_events, by), "total": _summed(events.total_events, by)}
        case GoodOfTotal():
            return {"good": _summed(events.good_events, by), "total": _summed(events.total_events, by)}
        case SlowOfHistogram():
            bucket = events.histogram.histogram_part("bucket").where("le", MatchOperator.EQUAL, events.spellings[0])
            return {"good": _summed(bucket, by), "total": _summed(events.histogram.histogram_part("count"), by)}
        case Gauge():
            ranged = f"{events.selector}[{WINDOW}]"
            return {
                "good": sum_by(by, f"sum_over_time({ranged})"),
                "total": sum_by(by, f"count_over_time({ranged})"),
            }
        case Expressions():
            return {"good" if events.part_is_good else "bad": events.part, "total": events.total}
    raise Refusal("what it counts is not known")


def _summed(selector: Selector, by: tuple[str, ...]) -> str:
    return sum_by(by, str(selector))


def _metric(query: str) -> Raw:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _threshold(good: str) -> tuple[Raw, Mapping[str, Any]]:
    """Split a comparison with a number into its value, operator and threshold."""
    sides = comparison(parse(good, windows_allowed=True))
    try:
        value = float(sides.right)
    except ValueError:
        raise Refusal(f"good: {sides.right} is not a number, and OpenSLO compares with nothing else") from None
    if sides.operator not in _OPERATORS:
        raise Refusal(f"good: OpenSLO has no {sides.operator}")
    return _metric(sides.left), {"op": _OPERATORS[sides.operator], "value": value}


def _policy(name: str, tier: Tier, sla: SLA, facts: ObjectiveFacts) -> Raw:
    alerting = sla.spec.alerting
    audience = alerting.page if tier.kind is TierKind.PAGE else alerting.ticket
    condition = {
        "kind": "burnrate",
        "op": "gt",
        "threshold": as_number(rounded(tier.factor, 2)),
        "lookbackWindow": _duration(tier.long),
        "alertAfter": "0m",
    }
    spec = {
        "alertWhenBreaching": True,
        "alertWhenResolved": True,
        "alertWhenNoData": not facts.may_be_absent,
        "conditions": [
            {
                "kind": "AlertCondition",
                "metadata": {"name": bounded_name(name)},
                "spec": {"severity": audience.severity.value, "condition": condition},
            }
        ],
        "notificationTargets": [],
    }
    return _document("AlertPolicy", bounded_name(name), spec=spec)


def _duration(length: timedelta) -> str:
    """Print a length in one unit, as OpenSLO wants it."""
    for unit, size in _UNITS:
        if not length % size:
            return f"{length // size}{unit}"
    raise Refusal(f"{length} is no whole number of minutes")
