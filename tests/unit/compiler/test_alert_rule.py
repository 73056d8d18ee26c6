from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.alert_rule import AlertRuleFacts, compile_alert_rule
from bursar.compiler.plan import Accepted, Plan, Waiting
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import ChildKind, Reason
from fakes.world import World

DEEP: dict[str, Any] = {"threshold": {"query": "sum(depth)", "above": 1000}}
RATIO = {"ratio": {"bad": "failed_total", "total": "all_total", "abovePercent": 5, "groupBy": ["region", "zone"]}}
TEST = {
    "name": "deep",
    "series": [{"series": 'depth{queue="mail"}', "values": "0+200x20"}],
    "expect": [{"at": "5m", "firing": False}, {"at": "7m", "firing": True}],
}


def rule(name: str = "queue-deep", **spec: Any) -> AlertRule:
    metadata = {"name": name, "namespace": "shop", "uid": "u-1"}
    return AlertRule.model_validate({"metadata": metadata, "spec": {"severity": "high", "condition": DEEP, **spec}})


def target(**spec: Any) -> MonitoringTarget:
    return MonitoringTarget.model_validate({"metadata": {"name": "checkout", "namespace": "shop"}, "spec": spec})


def alert(plan: Plan) -> Mapping[str, Any]:
    assert plan.verdict == Accepted()
    (manifest,) = plan.apply
    (group,) = manifest["spec"]["groups"]
    _, compiled = group["rules"]
    found: Mapping[str, Any] = compiled
    return found


def facts(plan: Plan) -> AlertRuleFacts:
    assert isinstance(plan.facts, AlertRuleFacts)
    return plan.facts


def test_a_rule_becomes_one_prometheus_rule_that_is_selected() -> None:
    plan = compile_alert_rule(rule(), World())
    (manifest,) = plan.apply
    assert (manifest["kind"], manifest["metadata"]["name"]) == ("PrometheusRule", "arule-queue-deep")
    assert manifest["metadata"]["labels"]["release"] == "kps"
    selected = plan.conditions[0]
    assert (selected.type, selected.status) == ("Selected", "True")


def test_a_rule_that_no_prometheus_selects_says_so() -> None:
    plan = compile_alert_rule(rule(), World(selectors=Selectors(servers=(), namespaces={})))
    assert plan.conditions[0].reason is Reason.NO_PROMETHEUS


def test_the_word_of_the_house_is_in_the_label_and_ours_in_the_route() -> None:
    world = World(policy=RulePolicy(labels={}, severity_labels={"high": "warning"}))
    labels = alert(compile_alert_rule(rule(), world))["labels"]
    assert (labels["severity"], labels["bursar_route"]) == ("warning", "AlertRule/queue-deep/high/1")
    assert alert(compile_alert_rule(rule(severity="low"), world))["labels"]["severity"] == "low"


def test_the_groups_of_a_ratio_are_told_apart() -> None:
    labels = alert(compile_alert_rule(rule(condition=RATIO), World()))["labels"]
    assert labels["bursar_group"] == "{{ $labels.region }}/{{ $labels.zone }}"


def test_a_label_of_the_user_never_replaces_the_identity() -> None:
    labels = alert(compile_alert_rule(rule(labels={"component": "queue"}), World()))["labels"]
    assert (labels["component"], labels["bursar_incident"]) == ("queue", "AlertRule/queue-deep")


def test_the_text_of_the_user_wins_over_what_the_condition_says() -> None:
    named = compile_alert_rule(rule(targetRef={"name": "checkout"}), World(targets=(target(title="Checkout API"),)))
    default = {"summary": "Checkout API, queue-deep: {{ $value | humanize }} is above 1000"}
    assert alert(named)["annotations"] == default
    said = compile_alert_rule(rule(summary="Deep", annotations={"summary": "Deeper", "a": "b"}), World())
    assert alert(said)["annotations"] == {"summary": "Deeper", "a": "b"}


def test_no_value_of_a_selector_is_read_as_a_template() -> None:
    absent = {"absent": {"selector": 'up{a="{{ query `up` }}"}'}}
    summary = alert(compile_alert_rule(rule(condition=absent), World()))["annotations"]["summary"]
    assert "{{" not in summary


def test_a_definition_changes_with_the_rule_and_with_nothing_else() -> None:
    def definition(**spec: Any) -> str:
        return facts(compile_alert_rule(rule(**spec), World())).definition

    assert definition() == definition(tests=[TEST])
    assert len({definition(), definition(severity="low"), definition(summary="x"), definition(**{"for": "1m"})}) == 4


def test_a_rule_waits_for_the_crd_but_is_read_already() -> None:
    plan = compile_alert_rule(rule(), World(served=frozenset(ChildKind) - {ChildKind.PROMETHEUS_RULE}))
    assert isinstance(plan.verdict, Waiting)
    assert "prometheusrules.monitoring.coreos.com is not installed" in plan.verdict.message
    assert facts(plan).incident == "AlertRule/queue-deep"


def test_rates_are_judged_by_the_scrape_interval_of_the_target() -> None:
    rate = {"threshold": {"query": "rate(a_total[3m])", "above": 1}}
    scrape = {"static": {"targets": ["a:80"], "interval": "1m"}}
    slow = World(targets=(target(scrape=scrape),))
    judged = facts(compile_alert_rule(rule(condition=rate, targetRef={"name": "checkout"}), slow))
    assert [finding.code for finding in judged.findings] == ["rate-too-short"]
    assert facts(compile_alert_rule(rule(condition=rate), World())).findings == ()


def test_templates_of_every_field_are_looked_at() -> None:
    gone = "{{ $labels.pod }}"
    spec: dict[str, Any] = {"summary": gone, "description": gone, "labels": {"a": gone}, "annotations": {"b": gone}}
    found = facts(compile_alert_rule(rule(**spec), World())).findings
    fields = ["spec.summary", "spec.description", "spec.labels.a", "spec.annotations.b"]
    assert [finding.message.split(":")[0] for finding in found] == fields


def test_tests_become_a_suite_of_promtool() -> None:
    world = World(policy=RulePolicy(labels={}, fast_interval=timedelta(seconds=15)))
    plan = compile_alert_rule(rule(tests=[TEST]), world)
    assert plan.tests is not None
    assert plan.tests.rules == {"groups": plan.apply[0]["spec"]["groups"]}
    assert plan.tests.suite["evaluation_interval"] == "15s"
    (test,) = plan.tests.suite["tests"]
    assert test["input_series"] == [{"series": 'depth{queue="mail"}', "values": "0+200x20"}]
    assert [question["exp_samples"] for question in test["promql_expr_test"]] == [[], [{"labels": "{}", "value": 1}]]


def test_a_rule_without_tests_has_no_suite() -> None:
    assert compile_alert_rule(rule(), World()).tests is None
