"""The dashboards that SLAs and targets have of their own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.plan import Accepted, ChildRef, Plan, Rejected
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import DashboardPolicy, RulePolicy
from bursar.conventions import ChildKind
from fakes import shop_past
from fakes.specs import changed
from fakes.world import World

SLA_PAGE = ChildRef(ChildKind.CONFIG_MAP, "shop", "sla-shop-dashboard")
TARGET_PAGE = ChildRef(ChildKind.CONFIG_MAP, "shop", "mtgt-shop-dashboard")


def world(**policy: Any) -> World:
    target = MonitoringTarget.model_validate(shop_past.target())
    return World(targets=(target,), policy=RulePolicy(labels={}, dashboards=DashboardPolicy(**policy)))


def sla_plan(dashboard: Any = None, **policy: Any) -> Plan:
    given = shop_past.sla()
    given["spec"] |= {"dashboard": dashboard} if dashboard else {}
    return compile_sla(SLA.model_validate(given), world(**policy))


def target_plan(dashboard: Any, **signals: Any) -> Plan:
    given = changed(shop_past.target(), "spec.dashboard", dashboard)
    given["spec"]["signals"] = signals or given["spec"]["signals"]
    return compile_monitoring_target(MonitoringTarget.model_validate(given), world())


def page(plan: Plan, ref: ChildRef) -> dict[str, Any]:
    (manifest,) = (each for each in plan.apply if each["kind"] == "ConfigMap")
    assert manifest["metadata"]["name"] == ref.name
    (text,) = manifest["data"].values()
    document: dict[str, Any] = json.loads(text)
    return document


def alerts_of(plan: Plan) -> list[dict[str, Any]]:
    groups = [group for each in plan.apply if each["kind"] == "PrometheusRule" for group in each["spec"]["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


@pytest.mark.parametrize(
    ("dashboard", "of_slas", "there"),
    [({"enabled": True}, False, True), ({}, False, False), ({"enabled": False}, True, False), (None, True, True)],
)
def test_an_sla_has_a_dashboard_as_it_says_else_as_the_platform_says(
    dashboard: Any, of_slas: bool, there: bool
) -> None:
    plan = sla_plan(dashboard, of_slas=of_slas)
    assert [each["kind"] for each in plan.apply] == ["PrometheusRule", *(["ConfigMap"] if there else [])]
    assert (SLA_PAGE in plan.claims) is there
    assert ("dashboard" in plan.fields) is there


def test_the_status_of_an_sla_says_where_its_dashboard_is() -> None:
    plan = sla_plan({"enabled": True})
    assert plan.fields["dashboard"] == f"/d/{page(plan, SLA_PAGE)['uid']}"


def test_its_alerts_link_to_it_where_the_platform_says_where_grafana_is() -> None:
    plan = sla_plan({"enabled": True}, grafana_url="https://grafana.example.com")
    url = f"https://grafana.example.com/d/{page(plan, SLA_PAGE)['uid']}"
    assert {alert["annotations"]["dashboard_url"] for alert in alerts_of(plan)} == {url}


def test_alerts_link_to_the_dashboard_of_their_target() -> None:
    preset = {"name": "down", "preset": "TargetDown"}
    given = changed(changed(shop_past.target(), "spec.dashboard", {"template": "service-red"}), "spec.alerts", [preset])
    target = MonitoringTarget.model_validate(given)
    around = replace(world(grafana_url="https://grafana.example.com"), targets=(target,))
    condition = {"threshold": {"query": "queue_depth", "above": 1}}
    rule = AlertRule.model_validate(
        {
            "metadata": {"name": "queue", "namespace": "shop"},
            "spec": {"targetRef": {"name": "shop"}, "severity": "high", "condition": condition},
        }
    )
    plans = [
        compile_monitoring_target(target, around),
        compile_alert_rule(rule, around),
        compile_sla(SLA.model_validate(shop_past.sla()), around),
    ]
    url = f"https://grafana.example.com/d/{page(plans[0], TARGET_PAGE)['uid']}"
    for plan in plans:
        assert {alert["annotations"].get("dashboard_url") for alert in alerts_of(plan)} == {url}


@pytest.mark.parametrize(("dashboard", "grafana"), [(None, "https://grafana.example.com"), ({"enabled": True}, "")])
def test_its_alerts_link_nowhere_without_a_dashboard_or_a_grafana(dashboard: Any, grafana: str) -> None:
    rules = sla_plan(dashboard, grafana_url=grafana).apply[0]
    assert "dashboard_url" not in json.dumps(rules)


def test_the_rules_of_an_sla_are_the_same_with_and_without_a_dashboard() -> None:
    assert sla_plan({"enabled": True}).apply[0] == sla_plan({"enabled": False}).apply[0]


def test_an_sla_is_shown_in_the_order_in_which_people_ask() -> None:
    titles = [each["title"] for each in page(sla_plan({"enabled": True}), SLA_PAGE)["panels"]]
    asked = ["Good events", "Budget left", "Burn rate by window", "Good events over time", "Budget left over time"]
    first = titles.index("The shop answers: 95 % over 1d")
    found = [titles.index(title, first) for title in asked]
    assert found == sorted(found)
    assert titles[-2:] == ["Alerts", "Where next"]


def test_all_objectives_but_the_first_wait_collapsed() -> None:
    panels = page(sla_plan({"enabled": True}), SLA_PAGE)["panels"]
    rows = {each["title"]: each["collapsed"] for each in panels if each["type"] == "row"}
    assert [title for title, collapsed in rows.items() if collapsed] == [
        "latency: 99.9 % over 1d",
        "regions: 95 % over 1d",
    ]


def test_owner_and_runbook_stand_on_the_page() -> None:
    text = page(sla_plan({"enabled": True}), SLA_PAGE)["panels"][-1]["options"]["content"]
    assert "storefront" in text
    assert "[Runbook](https://runbooks.example.com/shop)" in text


def test_the_burn_rates_have_the_thresholds_of_the_tiers() -> None:
    panels = page(sla_plan({"enabled": True}), SLA_PAGE)["panels"]
    (burn,) = (each for each in panels if each["title"] == "Burn rate by window")
    defaults = burn["fieldConfig"]["defaults"]
    facts = sla_plan().facts.objectives[0]
    factors = {float(round(tier.factor, 2)) for tier in (*facts.tiers.page, *facts.tiers.ticket)}
    assert {step["value"] for step in defaults["thresholds"]["steps"]} == {None, *factors}
    assert defaults["custom"]["scaleDistribution"]["type"] == "log"


def test_of_a_grouped_objective_the_worst_group_is_shown() -> None:
    panels = page(sla_plan({"enabled": True}), SLA_PAGE)["panels"]
    (row,) = (each for each in panels if each["title"] == "regions: 95 % over 1d")
    left = next(each for each in row["panels"] if each["title"] == "Budget left")
    over_time = next(each for each in row["panels"] if each["title"] == "Budget left over time")
    assert left["targets"][0]["expr"].startswith("min(")
    assert over_time["targets"][0]["legendFormat"] == "left {{region}}"


def test_a_target_has_the_dashboard_of_the_template_that_it_names() -> None:
    plan = target_plan({"template": "service-red", "parameters": {"by": "region"}})
    assert isinstance(plan.verdict, Accepted)
    document = page(plan, TARGET_PAGE)
    assert document["title"] == "MonitoringTarget / shop / shop"
    assert "Errors by region" in [each["title"] for each in document["panels"]]
    assert TARGET_PAGE in plan.claims


def test_without_a_template_a_target_has_none() -> None:
    plan = compile_monitoring_target(MonitoringTarget.model_validate(shop_past.target()), world())
    assert "ConfigMap" not in [each["kind"] for each in plan.apply]


def test_errors_are_told_apart_by_the_label_that_tells_them_from_the_rest() -> None:
    document = page(target_plan({"template": "service-red"}), TARGET_PAGE)
    assert "Errors by code" in [each["title"] for each in document["panels"]]


@pytest.mark.parametrize(
    ("dashboard", "words"),
    [
        ({"template": "worker-executions"}, "spec.dashboard: MonitoringTarget shop has nothing to show here; add"),
        ({"template": "service-red"}, "spec.dashboard: MonitoringTarget shop has nothing to show here; add"),
        ({"template": "capacity-planning"}, "spec.dashboard: MonitoringTarget shop has nothing to show here; add"),
        (
            {"template": "service-red", "parameters": {"colour": "red"}},
            "spec.dashboard.parameters.colour: service-red does not know it; it knows by",
        ),
        (
            {"template": "worker-executions", "parameters": {"runs": "rate(a[5m])"}},
            "spec.dashboard.parameters.runs: 1:5: functions and aggregations are not allowed here",
        ),
        (
            {"template": "database-performance", "parameters": {"engine": "oracle"}},
            "spec.dashboard.parameters.engine: must be one of postgres, mysql",
        ),
    ],
)
def test_a_dashboard_that_cannot_be_is_refused_with_its_field(dashboard: Any, words: str) -> None:
    verdict = target_plan(dashboard, queues=[{"name": "mail", "depth": "queue_depth"}]).verdict
    assert isinstance(verdict, Rejected)
    assert verdict.message.startswith(words)


def test_equal_specs_give_equal_bytes() -> None:
    assert sla_plan({"enabled": True}) == sla_plan({"enabled": True})
    first, second = (target_plan({"template": "service-red"}) for _ in range(2))
    assert replace(first, facts=None) == replace(second, facts=None)
