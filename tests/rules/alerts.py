"""Alerts outside of SLAs, and the minutes in which they fire, to prove rules with."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.plan import Accepted, Plan
from fakes.world import World
from rules.promtool import Expected

METADATA = {"name": "queue-deep", "namespace": "shop", "uid": "u-1"}
UP = 'up{namespace="shop",monitoring_target="checkout",instance="%s"}'


class Case(NamedTuple):
    """A condition or a preset over series, and minutes in which so many of its instances fire."""

    given: dict[str, Any]
    series: Mapping[str, str]
    firing: Mapping[int, int]


def rule_groups(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups of an AlertRule; its severity is high unless it says another."""
    rule = AlertRule.model_validate({"metadata": METADATA, "spec": {"severity": "high", **spec}})
    return _groups(compile_alert_rule(rule, World()))


def target_groups(alert: Mapping[str, Any], signals: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups of a target with one alert."""
    scrape = {"static": {"targets": ["a:80", "b:80"]}}
    spec = {"scrape": scrape, "signals": signals, "alerts": [{"name": "tried", **alert}]}
    target = MonitoringTarget.model_validate({"metadata": {**METADATA, "name": "checkout"}, "spec": spec})
    return _groups(compile_monitoring_target(target, World()))


def expected(firing: Mapping[int, int]) -> Iterator[Expected]:
    """Ask how many instances fire in each of the minutes."""
    for minute, instances in firing.items():
        yield Expected('count(ALERTS{alertstate="firing"})', minute, instances or None)


def _groups(plan: Plan) -> list[dict[str, Any]]:
    assert plan.verdict == Accepted()
    (rule,) = (manifest for manifest in plan.apply if manifest["kind"] == "PrometheusRule")
    groups: list[dict[str, Any]] = rule["spec"]["groups"]
    return groups
