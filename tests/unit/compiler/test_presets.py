from typing import Any

import pytest

from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.monitoring_target import TargetFacts, compile_monitoring_target
from bursar.compiler.plan import Accepted, Plan, Rejected, Waiting
from bursar.compiler.view import RulePolicy, Selectors
from bursar.conventions import ChildKind, Reason
from fakes.world import World

SCRAPE: dict[str, Any] = {"static": {"targets": ["a:80"]}}
DOWN: dict[str, Any] = {"name": "down", "preset": "TargetDown"}
QUEUES = {"queues": [{"name": "mail", "depth": "mails"}, {"name": "jobs", "depth": "jobs"}]}
EVERYTHING: dict[str, Any] = {
    f"{kind}{part}": {} for kind in ("rule", "scrapeConfig") for part in ("Selector", "NamespaceSelector")
}
MAIN = {"kind": "Prometheus", "metadata": {"namespace": "monitoring", "name": "k8s"}}


def compiled(*alerts: dict[str, Any], world: World | None = None, **spec: Any) -> Plan:
    metadata = {"name": "checkout", "namespace": "shop", "uid": "u-1"}
    given = {"metadata": metadata, "spec": {"alerts": list(alerts), **spec}}
    return compile_monitoring_target(MonitoringTarget.model_validate(given), world or World())


def kinds(plan: Plan) -> list[str]:
    assert plan.verdict == Accepted()
    return [manifest["kind"] for manifest in plan.apply]


def said(plan: Plan, kind: str) -> tuple[str, Reason, str]:
    found = next(condition for condition in plan.conditions if condition.type == kind)
    return found.status, found.reason, found.message


def facts(plan: Plan) -> TargetFacts:
    assert isinstance(plan.facts, TargetFacts)
    return plan.facts


def test_alerts_stand_beside_the_monitor() -> None:
    plan = compiled(DOWN, scrape=SCRAPE)
    assert kinds(plan) == ["ScrapeConfig", "PrometheusRule"]
    assert {manifest["metadata"]["name"] for manifest in plan.apply} == {"mtgt-checkout"}
    assert facts(plan).group == "mtgt/checkout"
    assert facts(plan).definitions.keys() == {"MonitoringTarget/checkout/down"}
    assert said(plan, "AlertsComplete")[:2] == ("True", Reason.COMPLETE)


def test_a_target_without_alerts_says_nothing_of_them() -> None:
    plan = compiled(scrape=SCRAPE)
    assert kinds(plan) == ["ScrapeConfig"]
    assert [condition.type for condition in plan.conditions] == ["Selected"]
    assert (facts(plan).group, facts(plan).definitions) == ("", {})


def test_an_alert_that_is_switched_off_is_not_there_and_not_missed() -> None:
    plan = compiled({**DOWN, "enabled": False}, scrape=SCRAPE)
    assert kinds(plan) == ["ScrapeConfig"]
    assert said(plan, "AlertsComplete")[0] == "True"


MISSING = [
    ("TargetDown", {}, "spec.scrape is not set, so that nobody knows its addresses"),
    ("HighErrorRate", {}, "spec.signals.requests is not set; add it, with total and errors"),
    ("HighLatency", {}, "spec.signals.latency is not set; add it, with histogram"),
    ("Saturation", {}, "spec.signals.saturation is empty; add what it shall watch"),
    ("CacheHitRateLow", {}, "spec.signals.cache is not set; add it, with hits and total"),
    ("MemoryHigh", {}, "spec.signals.memory is not set; add it, with used and limit"),
    ("QueueBacklog", {}, "spec.signals.queues is empty; add what it shall watch"),
    ("RateLimitExceeded", {}, "spec.signals.rateLimit is not set; add it, with limited and total"),
    ("SlowQueries", {}, "spec.signals.queries is not set; add it, with histogram"),
    ("QueueBacklog", QUEUES, "signal is not set; choose one of mail, jobs"),
]


@pytest.mark.parametrize(("preset", "signals", "why"), MISSING)
def test_an_alert_without_its_signal_is_named_and_keeps_nothing_else_from_working(
    preset: str, signals: dict[str, Any], why: str
) -> None:
    plan = compiled({"name": "a", "preset": preset}, signals=signals)
    assert kinds(plan) == []
    assert said(plan, "AlertsComplete") == ("False", Reason.SIGNAL_MISSING, f"spec.alerts[a]: {why}")


def test_a_signal_that_does_not_exist_is_answered_with_those_that_do() -> None:
    plan = compiled({"name": "a", "preset": "QueueBacklog", "signal": "post"}, signals=QUEUES)
    _, _, message = said(plan, "AlertsComplete")
    assert message == "spec.alerts[a]: there is no spec.signals.queues[post]; choose one of mail, jobs"


def test_a_histogram_of_queries_without_a_name_is_explained() -> None:
    plan = compiled({"name": "a", "preset": "SlowQueries"}, signals={"queries": {"histogram": '{job="x"}'}})
    assert isinstance(plan.verdict, Rejected)
    assert plan.verdict.message.startswith('spec.signals.queries.histogram: {job="x"} names no metric')


def test_a_probed_address_is_down_when_its_probe_fails() -> None:
    plan = compiled(DOWN, scrape={"probe": {"prober": "blackbox:9115", "targets": ["https://a"]}})
    rule = plan.apply[1]["spec"]["groups"][0]["rules"][1]
    assert 'probe_success{namespace="shop",monitoring_target="checkout"}' in rule["expr"]


def test_the_word_of_the_house_is_in_the_label_and_ours_in_the_route() -> None:
    world = World(policy=RulePolicy(labels={}, severity_labels={"critical": "page"}))
    labels = compiled(DOWN, scrape=SCRAPE, world=world).apply[1]["spec"]["groups"][0]["rules"][1]["labels"]
    assert labels["severity"] == "page"
    assert labels["bursar_route"] == "MonitoringTarget/checkout/down/critical/1"


def test_an_object_that_nobody_selects_speaks_for_the_others() -> None:
    only_monitors = {name: selector for name, selector in EVERYTHING.items() if "rule" not in name}
    world = World(selectors=Selectors(servers=({**MAIN, "spec": only_monitors},), namespaces={}))
    assert said(compiled(DOWN, scrape=SCRAPE, world=world), "Selected")[:2] == ("False", Reason.LABEL_MISSING)
    both = World(selectors=Selectors(servers=({**MAIN, "spec": EVERYTHING},), namespaces={}))
    assert said(compiled(DOWN, scrape=SCRAPE, world=both), "Selected")[0] == "True"


def test_the_crd_of_rules_is_waited_for() -> None:
    limited = World(served=frozenset(ChildKind) - {ChildKind.PROMETHEUS_RULE})
    plan = compiled(DOWN, scrape=SCRAPE, world=limited)
    assert isinstance(plan.verdict, Waiting)
    assert "prometheusrules" in plan.verdict.message


def test_more_alerts_than_an_object_can_hold_are_refused() -> None:
    long = {f"a{number}": "x" * 1024 for number in range(16)}
    alerts = [
        {"name": f"a{number}", "preset": "TargetDown", "annotations": long, "labels": long} for number in range(20)
    ]
    plan = compiled(*alerts, scrape=SCRAPE)
    assert isinstance(plan.verdict, Rejected)
    assert plan.verdict.message.startswith("spec.alerts: their rules take more than the 400 kB")


def test_every_signal_of_a_preset_is_looked_for() -> None:
    signals = {
        "cache": {"hits": "h", "total": "t"},
        "memory": {"used": "u", "limit": "l"},
        "queues": [{"name": "mail", "depth": "d"}],
        "rateLimit": {"limited": "r", "total": "t"},
        "queries": {"histogram": "q_seconds"},
    }
    checks = facts(compiled(signals=signals)).checks
    assert [(check.path, str(check.selector), check.optional) for check in checks] == [
        ("spec.signals.cache.total", "t", False),
        ("spec.signals.cache.hits", "h", True),
        ("spec.signals.memory.used", "u", False),
        ("spec.signals.memory.limit", "l", False),
        ("spec.signals.queues[mail].depth", "d", False),
        ("spec.signals.rateLimit.total", "t", False),
        ("spec.signals.rateLimit.limited", "r", True),
        ("spec.signals.queries.histogram", "q_seconds_bucket", True),
        ("spec.signals.queries.histogram", 'q_seconds{quantile=""}', True),
    ]
