from decimal import Decimal

from bursar.api.alert_rule import AlertRule
from bursar.api.base import ObjectMeta
from bursar.api.indicators import Indicator, RatioIndicator
from bursar.api.monitoring_target import MonitoringTarget, MonitoringTargetSpec
from bursar.api.sla import SLA, Objective, SLASpec, TargetRef
from bursar.compiler.affected import references
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.promql.selector import parse_selector

META = ObjectMeta(name="checkout", namespace="shop")
OWN_QUERIES = Objective(
    name="jobs",
    target=Decimal(99),
    indicator=Indicator(ratio=RatioIndicator(bad=parse_selector("failed"), total=parse_selector("all_jobs"))),
)


def test_an_sla_depends_on_its_target_in_its_own_namespace() -> None:
    spec = SLASpec(target_ref=TargetRef(name="api"), objectives=(OWN_QUERIES,))
    assert references(SLA(metadata=META, spec=spec)) == {Key(Kind.MONITORING_TARGET, "shop", "api")}


def test_an_sla_with_queries_of_its_own_depends_on_nothing() -> None:
    assert references(SLA(metadata=META, spec=SLASpec(objectives=(OWN_QUERIES,)))) == frozenset()


def test_an_alert_rule_depends_on_its_target_in_its_own_namespace() -> None:
    condition = {"absent": {"selector": "up"}}
    spec = {"severity": "high", "condition": condition, "targetRef": {"name": "api"}}
    rule = AlertRule.model_validate({"metadata": META, "spec": spec})
    assert references(rule) == {Key(Kind.MONITORING_TARGET, "shop", "api")}


def test_a_target_depends_on_nothing() -> None:
    assert references(MonitoringTarget(metadata=META, spec=MonitoringTargetSpec())) == frozenset()
