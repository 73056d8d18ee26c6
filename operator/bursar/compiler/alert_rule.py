"""AlertRule -> one PrometheusRule with its alert."""

from dataclasses import dataclass
from datetime import timedelta

from bursar.api.alert_rule import AlertRule, AlertRuleSpec
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.dashboard.pages import target_page_url
from bursar.compiler.mentions import nearest
from bursar.compiler.objects import not_served, owned_object
from bursar.compiler.pace import longest_interval
from bursar.compiler.plan import Accepted, Manifest, Plan, RuleTests, Waiting
from bursar.compiler.routed import escalation, routed
from bursar.compiler.rule_tests import rule_tests
from bursar.compiler.selection import selected
from bursar.compiler.targets import referenced_target
from bursar.compiler.view import View
from bursar.conventions import ChildKind, Kind, Reason
from bursar.domain.alert_conditions import untemplated
from bursar.domain.alert_lint import Finding, Linted, lint, wanted_metrics
from bursar.domain.alert_rules import AlertDefinition, CompiledAlerts, compile_alerts
from bursar.domain.alerting import Incident, group_template
from bursar.domain.names import camel_case
from bursar.domain.objective import Audience
from bursar.domain.promql.expression import parse

NOW = timedelta()


@dataclass(frozen=True, slots=True)
class AlertRuleFacts:
    """An alert as it was compiled.

    `incident` is the value of `bursar_incident` in its series. `definition` is the label of `bursar_alert_info` that
    proves this version to be loaded. `findings` are what the linter says, `metrics` what must exist in Prometheus.
    """

    group: str
    incident: str
    definition: str
    findings: tuple[Finding, ...]
    metrics: tuple[str, ...]


def rule_name(name: str) -> str:
    """Name the PrometheusRule of an AlertRule."""
    return f"arule-{name}"


def compile_alert_rule(rule: AlertRule, view: View) -> Plan:
    """Decide the rules of an alert; waits for a missing target, and for the CRD of PrometheusRules."""
    target = referenced_target(rule.metadata, rule.spec.target_ref, view)
    if isinstance(target, Waiting):
        return Plan(target)
    definition = _definition(rule, target, view)
    alerts = compile_alerts(f"arule/{rule.metadata.name}", view.policy.fast_interval, [definition])
    facts, tests = _facts(rule, definition, alerts, target, view), _tests(rule, definition, alerts)
    if not view.serves(ChildKind.PROMETHEUS_RULE):
        missing = Waiting(Reason.DEPENDENCY_NOT_READY, not_served(ChildKind.PROMETHEUS_RULE))
        return Plan(missing, facts=facts, tests=tests)
    manifest = _prometheus_rule(rule, alerts, view)
    condition = selected(
        ChildKind.PROMETHEUS_RULE,
        labels=manifest["metadata"]["labels"],
        namespace=rule.metadata.namespace,
        selectors=view.selectors,
    )
    told = routed(nearest(rule.spec.notify, target), [rule.spec.severity], rule.metadata.namespace, view)
    return Plan(Accepted(), apply=(manifest,), conditions=(condition, *told), facts=facts, tests=tests)


def _definition(rule: AlertRule, target: MonitoringTarget | None, view: View) -> AlertDefinition:
    meta, spec = rule.metadata, rule.spec
    condition = spec.condition.resolved()
    return AlertDefinition(
        incident=Incident(
            namespace=meta.namespace,
            name=f"{Kind.ALERT_RULE}/{meta.name}",
            team=target.spec.owner if target else "",
            group=group_template(spec.condition.ratio.group_by if spec.condition.ratio else ()),
            severity_labels=view.policy.severity_labels,
        ),
        name=spec.alert_name or camel_case(meta.name),
        expression=condition.expression(view.policy.fast_interval),
        audience=Audience(
            spec.severity.value,
            spec.labels,
            spec.annotations,
            escalation(nearest(spec.notify, target), spec.severity),
        ),
        annotations={
            "summary": spec.summary or f"{_subject(rule, target)}: {condition.words}",
            "description": spec.description,
            "runbook_url": target.spec.runbook_url if target else "",
            "dashboard_url": target_page_url(target, view.policy),
        },
        pending=spec.for_ or NOW,
        keep_firing=spec.keep_firing_for or NOW,
    )


def _subject(rule: AlertRule, target: MonitoringTarget | None) -> str:
    """Say what a message is about, where the user does not."""
    name = untemplated(rule.metadata.name)
    return f"{target.spec.title or target.metadata.name}, {name}" if target else name


def _prometheus_rule(rule: AlertRule, alerts: CompiledAlerts, view: View) -> Manifest:
    return owned_object(
        ChildKind.PROMETHEUS_RULE,
        owner=Kind.ALERT_RULE,
        meta=rule.metadata,
        name=rule_name(rule.metadata.name),
        labels=view.policy.labels,
        spec={"groups": [alerts.group.as_data()]},
    )


def _facts(
    rule: AlertRule, definition: AlertDefinition, alerts: CompiledAlerts, target: MonitoringTarget | None, view: View
) -> AlertRuleFacts:
    expression = parse(definition.expression)
    linted = Linted(
        expression,
        scrape=longest_interval(target.spec.scrape if target else None, view),
        evaluation=view.policy.fast_interval,
        pending=definition.pending,
        texts=_texts(rule.spec),
    )
    return AlertRuleFacts(
        group=alerts.group.name,
        incident=definition.incident.name,
        definition=alerts.definitions[definition.incident.name],
        findings=lint(linted),
        metrics=wanted_metrics(expression),
    )


def _texts(spec: AlertRuleSpec) -> dict[str, str]:
    texts = {"spec.summary": spec.summary, "spec.description": spec.description}
    for field, entries in (("labels", spec.labels), ("annotations", spec.annotations)):
        texts |= {f"spec.{field}.{name}": text for name, text in entries.items()}
    return texts


def _tests(rule: AlertRule, definition: AlertDefinition, alerts: CompiledAlerts) -> RuleTests | None:
    return rule_tests(rule.spec.tests, definition, alerts.group) if rule.spec.tests else None
