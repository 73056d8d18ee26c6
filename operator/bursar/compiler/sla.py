"""SLA -> one PrometheusRule that keeps the books of all its objectives."""

import json
from typing import Final

from bursar.api.alerting import LowTraffic, WhenAbsent
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA, Objective
from bursar.compiler.dashboard.pages import page_url, sla_page, target_page_url, wants_page
from bursar.compiler.facts import BurnWindow, ObjectiveFacts, SlaFacts
from bursar.compiler.indicators import resolve, watched
from bursar.compiler.mentions import nearest
from bursar.compiler.objects import not_served, owned_object
from bursar.compiler.pace import longest_interval
from bursar.compiler.plan import Accepted, Manifest, Plan, Rejected, Waiting
from bursar.compiler.routed import routed
from bursar.compiler.selection import selected
from bursar.compiler.sla_alerts import ObjectiveAlerts, severities
from bursar.compiler.targets import referenced_target
from bursar.compiler.view import RulePolicy, View
from bursar.conventions import ChildKind, Kind, Reason
from bursar.domain.books import Books, open_books
from bursar.domain.events import EventSource
from bursar.domain.notify import Notice
from bursar.domain.objective import Identity, Intervals, ObjectiveDefinition
from bursar.domain.recordings import error_ratio_metric
from bursar.domain.tiers import TierOverride

MAX_BYTES: Final = 400_000  # prometheus-operator refuses rules above 512 KiB


def rule_name(sla_name: str) -> str:
    """Name the PrometheusRule of an SLA."""
    return f"sla-{sla_name}"


def compile_sla(sla: SLA, view: View) -> Plan:
    """Decide the rules of an SLA, all of them or none.

    Waits for a missing target, a missing signal of it, and the CRD of PrometheusRules; rejects what only an edit of
    the SLA can cure. The facts are SlaFacts.
    """
    target = referenced_target(sla.metadata, sla.spec.target_ref, view)
    if isinstance(target, Waiting):
        return Plan(target)
    blocked: Waiting | Rejected | None = None
    objectives: list[tuple[Objective, ObjectiveDefinition]] = []
    for objective in sla.spec.objectives:
        events = resolve(objective, target, _identity(sla, objective))
        if isinstance(events, Waiting | Rejected):
            blocked = _graver(blocked, events)
        else:
            objectives.append((objective, _definition(sla, objective, events, target, view)))
    return Plan(blocked) if blocked else _accepted(sla, objectives, nearest(sla.spec.notify, target), view)


def _accepted(
    sla: SLA, objectives: list[tuple[Objective, ObjectiveDefinition]], notices: tuple[Notice, ...], view: View
) -> Plan:
    books = [open_books(definition) for _, definition in objectives]
    facts = SlaFacts(tuple(_facts(*pair, book) for pair, book in zip(objectives, books, strict=True)))
    manifest = _prometheus_rule(sla, books, view.policy)
    size = len(json.dumps(manifest))
    if size > MAX_BYTES:
        return Plan(Rejected(Reason.INVALID_SPEC, _too_large(size)))
    if not view.serves(ChildKind.PROMETHEUS_RULE):
        return Plan(Waiting(Reason.DEPENDENCY_NOT_READY, not_served(ChildKind.PROMETHEUS_RULE)), facts=facts)
    metadata = manifest["metadata"]
    condition = selected(
        ChildKind.PROMETHEUS_RULE,
        labels=metadata["labels"],
        namespace=metadata["namespace"],
        selectors=view.selectors,
    )
    alerts = [
        each for (_, definition), book in zip(objectives, books, strict=True) for each in severities(definition, book)
    ]
    told = routed(notices, alerts, metadata["namespace"], view)
    plan = Plan(Accepted(), apply=(manifest,), conditions=(condition, *told), facts=facts)
    return _with_page(sla, facts, plan, view) if wants_page(sla, view) else plan


def _with_page(sla: SLA, facts: SlaFacts, plan: Plan, view: View) -> Plan:
    """Add the dashboard; one that another claims keeps no rule from being written."""
    reference = sla.spec.target_ref
    target = view.target(sla.metadata.namespace, reference.name) if reference else None
    page = sla_page(sla, target, facts, view)
    return page.added_to(plan)


def _too_large(size: int) -> str:
    return (
        f"spec.objectives: their rules take {size // 1000} kB, more than the {MAX_BYTES // 1000} kB that a "
        "PrometheusRule may have; move some to another SLA, escalate less often, or shorten selectors and annotations"
    )


def _graver(first: Waiting | Rejected | None, second: Waiting | Rejected) -> Waiting | Rejected:
    """Keep the first finding, but let one that needs an edit win over one that may pass."""
    if first is None or (isinstance(first, Waiting) and isinstance(second, Rejected)):
        return second
    return first


def _definition(
    sla: SLA, objective: Objective, events: EventSource, target: MonitoringTarget | None, view: View
) -> ObjectiveDefinition:
    window, alerting, policy = objective.window.rolling, sla.spec.alerting, view.policy
    alerts = ObjectiveAlerts(alerting, objective, nearest(sla.spec.notify, target))
    scrape = longest_interval(target.spec.scrape if target else None, view)
    return ObjectiveDefinition(
        identity=_identity(sla, objective),
        target=objective.target,
        window=window,
        events=events,
        intervals=Intervals.derive(
            window=window,
            scrape=events.spacing(scrape) or scrape,
            fast=policy.fast_interval,
            slow=policy.slow_interval,
        ),
        group_by=objective.group_by,
        tiers=tuple(TierOverride(tier.kind, tier.factor, tier.long, tier.short) for tier in alerting.tiers),
        hold_page=alerting.no_data.when_absent is WhenAbsent.ALERT,
        weigh_traffic=alerting.low_traffic is LowTraffic.AUTO,
        page=alerts.page,
        ticket=alerts.ticket,
        budget_alerts=alerts.budget,
        exhaustion=alerts.exhaustion,
        no_data=alerts.no_data,
        title=objective.title,
        description=objective.description,
        team=target.spec.owner if target else "",
        runbook=target.spec.runbook_url if target else "",
        dashboard=page_url(sla, view) or target_page_url(target, policy),
        severity_labels=policy.severity_labels,
    )


def _identity(sla: SLA, objective: Objective) -> Identity:
    return Identity(sla.metadata.namespace, sla.metadata.name, objective.name)


def _prometheus_rule(sla: SLA, books: list[Books], policy: RulePolicy) -> Manifest:
    return owned_object(
        ChildKind.PROMETHEUS_RULE,
        owner=Kind.SLA,
        meta=sla.metadata,
        name=rule_name(sla.metadata.name),
        labels=policy.labels,
        spec={"groups": [group.as_data() for book in books for group in book.groups]},
    )


def _facts(objective: Objective, definition: ObjectiveDefinition, books: Books) -> ObjectiveFacts:
    return ObjectiveFacts(
        name=objective.name,
        target=objective.target,
        window=definition.window,
        group_by=objective.group_by,
        max_groups=objective.max_groups,
        definition=books.definition,
        tiers=books.tiers,
        pages=definition.page is not None and bool(books.tiers.page),
        tickets=definition.ticket is not None and bool(books.tiers.ticket),
        burn_windows=tuple(BurnWindow(window, error_ratio_metric(window)) for window in books.shown_windows),
        evaluation=definition.intervals.fast,
        slow_evaluation=definition.intervals.slow,
        base_window=definition.base_window,
        watched=watched(definition.events),
        risk_below=max((alert.below for alert in definition.budget_alerts), default=None),
        may_be_absent=definition.no_data is None,
    )
