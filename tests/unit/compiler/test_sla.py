from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.facts import LatencyBucket, ObjectiveFacts, Watched
from bursar.compiler.plan import Accepted, Plan, Rejected, Waiting
from bursar.compiler.sla import compile_sla
from bursar.compiler.view import RulePolicy
from bursar.conventions import Reason
from bursar.domain.promql.selector import parse_selector
from fakes.world import World

REQUESTS = {"total": "http_total", "errors": 'http_total{code=~"5.."}'}
RATIO = {"ratio": {"bad": "bad_total", "total": "all_total"}}
AVAILABILITY: Mapping[str, Any] = {"availability": {}}


def target(scrape: Mapping[str, Any] | None = None, **signals: Any) -> MonitoringTarget:
    spec = {"owner": "payments", "runbookURL": "https://r.example.com", "signals": signals}
    chosen = {} if scrape is None else {"scrape": scrape}
    return MonitoringTarget.model_validate(
        {"metadata": {"name": "checkout", "namespace": "shop"}, "spec": {**spec, **chosen}}
    )


def objective(indicator: Mapping[str, Any] = RATIO, **fields: Any) -> dict[str, Any]:
    return {"name": "availability", "target": 99.9, "indicator": indicator, **fields}


def sla(*objectives: Mapping[str, Any], **spec: Any) -> SLA:
    return SLA.model_validate(
        {
            "metadata": {"name": "checkout", "namespace": "shop", "uid": "u-1"},
            "spec": {"targetRef": {"name": "checkout"}, "objectives": objectives or (objective(),), **spec},
        }
    )


def compiled(given: SLA, *targets: MonitoringTarget, **world: Any) -> Plan:
    return compile_sla(given, World(targets=targets or (target(requests=REQUESTS),), **world))


def rules(plan: Plan) -> dict[str, Mapping[str, Any]]:
    assert plan.verdict == Accepted()
    (manifest,) = plan.apply
    return {
        rule.get("record") or rule["alert"]: rule for group in manifest["spec"]["groups"] for rule in group["rules"]
    }


def facts(plan: Plan) -> ObjectiveFacts:
    first: ObjectiveFacts = plan.facts.objectives[0]
    return first


def test_an_sla_becomes_one_prometheus_rule_that_is_selected() -> None:
    plan = compiled(sla(objective(), objective(name="again", window={"rolling": "7d"})))
    (manifest,) = plan.apply
    assert (manifest["kind"], manifest["metadata"]["name"]) == ("PrometheusRule", "sla-checkout")
    assert manifest["metadata"]["labels"]["release"] == "kps"
    assert [group["name"] for group in manifest["spec"]["groups"]] == [
        "sla/checkout/availability",
        "sla/checkout/availability/period",
        "sla/checkout/again",
        "sla/checkout/again/period",
    ]
    condition = plan.conditions[0]
    assert (condition.type, condition.status) == ("Selected", "True")


def test_compiling_twice_gives_the_same_plan() -> None:
    assert compiled(sla()) == compiled(sla())


def test_availability_reads_the_requests_of_the_target() -> None:
    expression = rules(compiled(sla(objective(AVAILABILITY))))["bursar:sli_bad:rate"]["expr"]
    assert expression.startswith('sum(rate(http_total{code=~"5.."}[2m30s])) or ')


def test_an_alert_names_team_and_runbook_of_the_target() -> None:
    page = rules(compiled(sla()))["ErrorBudgetBurnPage"]
    assert page["labels"]["team"] == "payments"
    assert page["annotations"]["runbook_url"] == "https://r.example.com"


def test_without_a_target_an_sla_stands_on_its_own_queries() -> None:
    plan = compiled(sla(targetRef=None))
    assert "team" not in rules(plan)["ErrorBudgetBurnPage"]["labels"]


def test_labels_of_an_objective_win_over_those_of_all_alerts() -> None:
    given = sla(
        objective(labels={"component": "cart"}, annotations={"note": "one"}, description="Every order passes here."),
        alerting={"labels": {"component": "shop", "tier": "1"}, "annotations": {"note": "all", "wiki": "w"}},
    )
    page = rules(compiled(given))["ErrorBudgetBurnPage"]
    assert (page["labels"]["component"], page["labels"]["tier"]) == ("cart", "1")
    assert (page["annotations"]["note"], page["annotations"]["wiki"]) == ("one", "w")
    assert page["annotations"]["description"].endswith("\nEvery order passes here.")


def test_severities_and_switches_are_the_users() -> None:
    alerting = {"page": {"severity": "medium"}, "ticket": {"enabled": False}}
    plan = compiled(sla(alerting=alerting))
    assert rules(plan)["ErrorBudgetBurnPage"]["labels"]["severity"] == "medium"
    assert "ErrorBudgetBurnTicket" not in rules(plan)
    assert (facts(plan).pages, facts(plan).tickets) == (True, False)


@pytest.mark.parametrize(
    ("scrape", "base_window"),
    [
        (None, "2m30s"),
        (
            {
                "service": {
                    "selector": {},
                    "endpoints": [{"port": "a", "interval": "30s"}, {"port": "b", "interval": "2m"}],
                }
            },
            "8m",
        ),
        ({"pods": {"selector": {}, "endpoints": [{"port": "a", "interval": "10s"}, {"port": "b"}]}}, "2m30s"),
        ({"probe": {"prober": "x:9115", "targets": ["https://x.example.com"], "interval": "1m"}}, "4m"),
        ({"static": {"targets": ["x:80"], "interval": "90s"}}, "6m30s"),
    ],
)
def test_rates_span_four_scrapes_of_the_slowest_endpoint(scrape: Mapping[str, Any] | None, base_window: str) -> None:
    plan = compiled(sla(), target(scrape, requests=REQUESTS))
    assert rules(plan)["bursar:sli_total:rate"]["expr"] == f"sum(rate(all_total[{base_window}]))"


def test_the_platform_sets_the_pace() -> None:
    policy = RulePolicy(
        labels={},
        fast_interval=timedelta(seconds=1),
        slow_interval=timedelta(seconds=10),
        scrape_interval=timedelta(seconds=1),
    )
    plan = compiled(sla(), policy=policy)
    (manifest,) = plan.apply
    assert [group["interval"] for group in manifest["spec"]["groups"]] == ["1s", "10s"]
    assert (facts(plan).evaluation, facts(plan).slow_evaluation) == (timedelta(seconds=1), timedelta(seconds=10))


class TestFacts:
    def test_they_name_the_series_that_status_reads(self) -> None:
        plan = compiled(sla(objective(groupBy=["region"], maxGroups=7)))
        found = facts(plan)
        assert (found.name, str(found.target), found.window) == ("availability", "99.9", timedelta(days=30))
        assert (found.group_by, found.max_groups) == (("region",), 7)
        assert {window.metric for window in found.burn_windows} <= set(rules(plan))
        assert [str(tier) for tier in found.tiers.page] == ["1h/5m", "6h/30m"]
        assert found.base_window == timedelta(minutes=2, seconds=30)
        assert (found.may_be_absent, found.risk_below) == (False, None)

    def test_the_definition_is_the_one_that_is_recorded(self) -> None:
        plan = compiled(sla())
        assert rules(plan)["bursar_objective_info"]["labels"]["definition"] == facts(plan).definition

    def test_a_latency_objective_names_its_bucket(self) -> None:
        plan = compiled(
            sla(objective({"latency": {"threshold": "1s"}})), target(latency={"histogram": 'seconds_count{a="b"}'})
        )
        bucket = LatencyBucket(parse_selector('seconds_bucket{a="b"}'), ("1", "1.0"))
        assert facts(plan).watched == Watched(bucket=bucket, native=parse_selector('seconds{a="b"}'))

    def test_a_kind_without_tiers_has_no_alert(self) -> None:
        rare = {"static": {"targets": ["x:80"], "interval": "2h"}}
        found = facts(compiled(sla(), target(rare, requests=REQUESTS)))
        assert (found.pages, found.tickets) == (False, True)


class TestWaiting:
    def message(self, plan: Plan) -> str:
        assert isinstance(plan.verdict, Waiting)
        assert plan.verdict.reason is Reason.DEPENDENCY_NOT_READY
        assert plan.apply == ()
        return plan.verdict.message

    def test_for_a_target_that_is_not_there(self) -> None:
        assert self.message(compile_sla(sla(), World())) == (
            "spec.targetRef.name: there is no valid MonitoringTarget checkout in namespace shop; "
            "create it or correct the name"
        )

    def test_for_a_target_that_lacks_requests(self) -> None:
        assert self.message(compiled(sla(objective(AVAILABILITY)), target())) == (
            "spec.objectives[availability].indicator.availability: MonitoringTarget checkout has no "
            "spec.signals.requests; add it, with total and errors"
        )

    def test_for_a_target_that_lacks_latency(self) -> None:
        assert self.message(compiled(sla(objective({"latency": {"threshold": "1s"}})), target())) == (
            "spec.objectives[availability].indicator.latency: MonitoringTarget checkout has no "
            "spec.signals.latency; add it, with histogram"
        )

    def test_for_a_target_whose_histogram_cannot_be_read(self) -> None:
        given = target(latency={"histogram": 'seconds_bucket{le="1"}'})
        assert self.message(compiled(sla(objective({"latency": {"threshold": "1s"}})), given)) == (
            "spec.objectives[availability].indicator.latency: spec.signals.latency.histogram of MonitoringTarget "
            "checkout: the bucket follows from the threshold; remove the matcher on le"
        )

    def test_for_the_crd_of_prometheus_rules(self) -> None:
        plan = compiled(sla(), served=frozenset())
        assert self.message(plan).startswith("the CRD prometheusrules.monitoring.coreos.com is not installed")
        assert facts(plan).name == "availability"


class TestRejected:
    def message(self, plan: Plan) -> str:
        assert isinstance(plan.verdict, Rejected)
        assert plan.verdict.reason is Reason.INVALID_SPEC
        assert plan.apply == ()
        return plan.verdict.message

    def test_a_histogram_without_a_name(self) -> None:
        plan = compiled(sla(objective({"latency": {"threshold": "1s", "histogram": '{a="b"}'}})))
        assert self.message(plan).startswith(
            'spec.objectives[availability].indicator.latency.histogram: {a="b"} names no metric'
        )

    def test_a_group_by_the_bucket_itself(self) -> None:
        given = sla(objective({"latency": {"threshold": "1s", "histogram": "seconds"}}, groupBy=["le"]))
        assert self.message(compiled(given)) == (
            "spec.objectives[availability].groupBy: le divides the histogram itself; remove it"
        )

    def test_what_needs_an_edit_is_told_before_what_may_pass(self) -> None:
        waiting, wrong = objective(AVAILABILITY, name="a"), {"latency": {"threshold": "1s", "histogram": '{a="b"}'}}
        for order in ((waiting, objective(wrong, name="b")), (objective(wrong, name="b"), waiting)):
            assert self.message(compiled(sla(*order), target())).startswith("spec.objectives[b]")

    def test_rules_that_prometheus_operator_would_refuse_for_their_size(self) -> None:
        long = 'x{a="' + "y" * 4000 + '"}'
        ratio = {"ratio": {"good": long, "total": long}}
        given = sla(*(objective(ratio, name=f"o{number}") for number in range(20)))
        message = self.message(compiled(given))
        assert message.startswith("spec.objectives: their rules take ")
        assert message.endswith("move some to another SLA, escalate less often, or shorten selectors and annotations")


def test_good_events_may_be_counted_in_place_of_bad_ones() -> None:
    plan = compiled(sla(objective({"ratio": {"good": "good_total", "total": "all_total"}})))
    assert rules(plan)["bursar:sli_bad:rate"]["expr"].startswith("sum(bursar:sli_total:rate{")


def test_a_longer_title_is_a_new_definition_of_the_same_series() -> None:
    before, after = compiled(sla()), compiled(sla(objective(title="Checkout answers")))
    assert facts(before).definition != facts(after).definition
    assert replace(facts(before), definition="") == replace(facts(after), definition="")
