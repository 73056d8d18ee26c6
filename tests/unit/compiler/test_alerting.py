"""Every field of spec.alerting, and the rules and facts that it becomes."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bursar.api.sla import SLA
from bursar.compiler.facts import ObjectiveFacts
from bursar.compiler.plan import Accepted, Plan
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy, Selectors
from bursar.domain.tiers import TierKind
from fakes.world import World

RATIO = {"ratio": {"bad": "bad_total", "total": "all_total"}}
MOST_BYTES, MOST_RECORDINGS, MOST_RULES = 400_000, 20, 20


def compiled(*objectives: Mapping[str, Any], world: World | None = None, **alerting: Any) -> Plan:
    given = objectives or ({"name": "availability", "target": 99.9, "indicator": RATIO},)
    resource = SLA.model_validate(
        {
            "metadata": {"name": "checkout", "namespace": "shop", "uid": "u-1"},
            "spec": {"objectives": given, "alerting": alerting},
        }
    )
    plan = compile_sla(resource, world or World())
    assert plan.verdict == Accepted()
    return plan


def groups(plan: Plan) -> list[dict[str, Any]]:
    (manifest,) = plan.apply
    found: list[dict[str, Any]] = manifest["spec"]["groups"]
    return found


def alerts(plan: Plan, name: str) -> list[dict[str, Any]]:
    return [rule for group in groups(plan) for rule in group["rules"] if rule.get("alert") == f"ErrorBudget{name}"]


def recording(plan: Plan, metric: str) -> str:
    (found,) = (rule["expr"] for group in groups(plan) for rule in group["rules"] if rule.get("record") == metric)
    return str(found)


def facts(plan: Plan) -> ObjectiveFacts:
    first: ObjectiveFacts = plan.facts.objectives[0]
    return first


def test_what_is_not_said_is_a_page_a_ticket_and_the_loss_of_data() -> None:
    rules = [rule for group in groups(compiled()) for rule in group["rules"]]
    assert [rule["alert"] for rule in rules if "alert" in rule] == [
        "ErrorBudgetBurnPage",
        "ErrorBudgetBurnTicket",
        "ErrorBudgetNoData",
    ]


class TestNoData:
    def test_has_its_time_and_severity(self) -> None:
        (alert,) = alerts(compiled(noData={"for": "15m", "severity": "critical"}), "NoData")
        assert (alert["for"], alert["labels"]["severity"]) == ("15m", "critical")
        (usual,) = alerts(compiled(), "NoData")
        assert (usual["for"], usual["labels"]["severity"]) == ("10m", "high")

    def test_that_is_ok_is_not_told_holds_no_page_and_is_no_state(self) -> None:
        plan = compiled(noData={"whenAbsent": "ok"})
        assert alerts(plan, "NoData") == []
        assert "bursar:page:active" not in recording(plan, "bursar:page:active")
        assert facts(plan).may_be_absent
        assert not facts(compiled()).may_be_absent
        assert "bursar:page:active" in recording(compiled(), "bursar:page:active")


class TestBudget:
    def test_has_an_alert_for_every_level(self) -> None:
        plan = compiled(budget=[{"remainingBelow": 25}, {"remainingBelow": 0, "severity": "high"}])
        found = [(each["labels"]["bursar_remaining_below"], each["labels"]["severity"]) for each in alerts(plan, "Low")]
        assert found == [("25", "medium"), ("0", "high")]
        assert facts(plan).risk_below == Decimal(25)

    def test_without_levels_is_no_risk(self) -> None:
        assert alerts(compiled(), "Low") == []
        assert facts(compiled()).risk_below is None


def test_exhaustion_has_its_time_and_severity() -> None:
    (alert,) = alerts(compiled(exhaustion={"within": "2d", "severity": "low"}), "Exhaustion")
    assert " < 172800 and " in alert["expr"]
    assert alert["labels"]["severity"] == "low"
    assert alerts(compiled(), "Exhaustion") == []


def test_low_traffic_may_be_ignored() -> None:
    assert "bursar:traffic:low" in recording(compiled(), "bursar:page:active")
    ignored = compiled(lowTraffic="ignore")
    assert "bursar:traffic:low" not in json.dumps(groups(ignored))


def test_tiers_of_the_user_are_for_all_objectives() -> None:
    both = ({"name": "a", "target": 99.9, "indicator": RATIO}, {"name": "b", "target": 99, "indicator": RATIO})
    plan = compiled(*both, tiers=[{"kind": "page", "factor": 10, "long": "2h", "short": "15m"}])
    for objective in plan.facts.objectives:
        assert [str(tier) for tier in objective.tiers.of(TierKind.PAGE)] == ["2h/15m"]
        assert [str(tier) for tier in objective.tiers.of(TierKind.TICKET)] == ["1d/2h", "3d/6h"]


def test_labels_and_annotations_are_for_every_alert() -> None:
    plan = compiled(
        {"name": "a", "target": 99.9, "indicator": RATIO, "labels": {"component": "cart"}},
        budget=[{"remainingBelow": 25}],
        exhaustion={"within": "3d"},
        labels={"cost_center": "7"},
        annotations={"wiki": "w"},
    )
    rules = [rule for group in groups(plan) for rule in group["rules"] if "alert" in rule]
    assert len(rules) == 5
    for rule in rules:
        assert (rule["labels"]["component"], rule["labels"]["cost_center"]) == ("cart", "7")
        assert rule["annotations"]["wiki"] == "w"


@pytest.mark.parametrize(
    ("indicator", "base"),
    [
        (RATIO, "8m"),
        ({"gauge": {"selector": "up"}}, "8m"),
        ({"timeslice": {"good": "rate(a[{{.window}}]) < 1"}}, "4m"),
        ({"timeslice": {"good": "rate(a[{{.window}}]) < 1", "slice": "5m"}}, "20m"),
    ],
)
def test_rates_span_four_events_where_these_come_by_the_clock(indicator: Mapping[str, Any], base: str) -> None:
    slow = {"kind": "Prometheus", "metadata": {"namespace": "m", "name": "k8s"}, "spec": {"scrapeInterval": "2m"}}
    world = World(policy=RulePolicy(labels={}), selectors=Selectors(servers=(slow,), namespaces={}))
    plan = compiled({"name": "a", "target": 99.9, "indicator": indicator}, world=world)
    assert f"[{base}]" in recording(plan, "bursar:sli_total:rate")
    assert facts(plan).base_window == timedelta(minutes=int(base.removesuffix("m")))


EVERY_ALERT: Mapping[str, Any] = {
    "budget": [{"remainingBelow": 25}, {"remainingBelow": 0}],
    "exhaustion": {"within": "3d"},
    "labels": {"component": "cart", "cost_center": "7"},
    "annotations": {"wiki": "https://wiki.example.com/checkout", "board": "https://grafana.example.com/d/checkout"},
}
INDICATORS: Mapping[str, Mapping[str, Any]] = {
    "ratio": {"ratio": {"good": 'http_total{job="checkout",code!~"5.."}', "total": 'http_total{job="checkout"}'}},
    "latency": {"latency": {"threshold": "1s", "histogram": 'http_duration_seconds{job="checkout"}'}},
    "timeslice": {"timeslice": {"good": "sum by (region) (rate(a[{{.window}}])) < 1"}},
}


def twenty(indicator: str, window: str) -> Plan:
    """An SLA as large as the API lets it be, with every kind of alert."""
    objectives = (
        {
            "name": f"objective-{number}",
            "title": "Checkout answers",
            "description": "Every order passes here.",
            "target": 99.9,
            "window": {"rolling": window},
            "indicator": INDICATORS[indicator],
            "groupBy": ["region"],
        }
        for number in range(20)
    )
    return compiled(*objectives, **EVERY_ALERT)


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("window", ["1d", "3d", "7d", "30d", "90d"])
def test_twenty_objectives_with_every_alert_are_small_enough_for_every_server(indicator: str, window: str) -> None:
    plan = twenty(indicator, window)
    (manifest,) = plan.apply
    recordings = [rule for group in groups(plan) for rule in group["rules"] if "record" in rule]
    assert len(json.dumps(manifest)) < MOST_BYTES
    assert len(recordings) <= 20 * MOST_RECORDINGS
    assert max(len(group["rules"]) for group in groups(plan)) <= MOST_RULES
