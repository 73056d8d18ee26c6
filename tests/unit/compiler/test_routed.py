from datetime import timedelta
from typing import Any

import pytest

from bursar.api.alert_rule import AlertRule
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.sla import SLA
from bursar.compiler.alert_rule import compile_alert_rule
from bursar.compiler.mentions import Mentions, mentions
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.plan import Condition, Key, Plan
from bursar.compiler.routed import escalation
from bursar.compiler.sla import compile_sla
from bursar.conventions import ConditionType, Kind, Reason
from bursar.domain.notify import Notice, Step
from fakes.world import World

META = {"name": "checkout", "namespace": "shop"}
ONCALL = {"severities": ["critical"], "channels": ["oncall"]}
REQUESTS = {"total": "http_requests_total", "errors": 'http_requests_total{code=~"5.."}'}
ALL = World(channels=frozenset({"oncall", "lead", "team"}))


def target(**spec: Any) -> MonitoringTarget:
    signals = {"signals": {"requests": REQUESTS}}
    return MonitoringTarget.model_validate({"metadata": META, "spec": {**signals, **spec}})


def rule(**spec: Any) -> AlertRule:
    condition = {"expression": {"promql": "up == 0"}}
    return AlertRule.model_validate({"metadata": META, "spec": {"severity": "high", "condition": condition, **spec}})


def sla(**spec: Any) -> SLA:
    objective = {"name": "availability", "target": 99.9, "indicator": {"availability": {}}}
    spec = {"targetRef": {"name": "checkout"}, "objectives": [objective], **spec}
    return SLA.model_validate({"metadata": META, "spec": spec})


def routed(plan: Plan) -> Condition | None:
    return next((condition for condition in plan.conditions if condition.type == ConditionType.ROUTED), None)


def verdict(plan: Plan) -> tuple[str, Reason, str]:
    found = routed(plan)
    assert found is not None
    return found.status, found.reason, found.message


def test_without_a_list_only_the_platform_is_told_and_the_rule_is_ready_all_the_same() -> None:
    plan = compile_alert_rule(rule(), ALL)
    status, reason, message = verdict(plan)
    assert (status, reason) == ("False", Reason.NO_CHANNEL)
    assert "name channels in spec.notify" in message
    assert plan.apply


def test_a_list_says_who_is_told_and_when() -> None:
    notify = [{"channels": ["oncall", "team"], "escalation": [{"after": "15m", "channels": ["lead"]}]}]
    plan = compile_alert_rule(rule(notify=notify), ALL)
    assert verdict(plan) == ("True", Reason.ROUTED, "high: oncall and team, after 15m lead")


@pytest.mark.parametrize("missing", ["lead", "oncall"])
def test_a_channel_that_does_not_exist_is_named(missing: str) -> None:
    notify = [{"channels": ["oncall"], "escalation": [{"after": "15m", "channels": ["lead"]}]}]
    world = World(channels=frozenset({"oncall", "lead"} - {missing}))
    status, reason, message = verdict(compile_alert_rule(rule(notify=notify), world))
    assert (status, reason) == ("False", Reason.CHANNEL_NOT_FOUND)
    assert f"no NotificationChannel {missing} in namespace shop" in message


def test_a_list_for_other_severities_tells_nobody() -> None:
    assert verdict(compile_alert_rule(rule(notify=[ONCALL]), ALL))[1] is Reason.NO_CHANNEL


def test_an_sla_tells_of_each_of_its_severities_gravest_first() -> None:
    world = World(targets=(target(),), channels=ALL.channels)
    plan = compile_sla(sla(notify=[ONCALL]), world)
    assert verdict(plan)[2] == "critical: oncall; high: only the platform's own routes"


def test_a_severity_counts_only_where_there_is_such_an_alert() -> None:
    world = World(targets=(target(),), channels=ALL.channels)
    quiet = {"page": {"enabled": False}, "ticket": {"enabled": False}, "noData": {"whenAbsent": "ok"}}
    assert routed(compile_sla(sla(notify=[ONCALL], alerting=quiet), world)) is None
    low = {**quiet, "budget": [{"remainingBelow": 25, "severity": "low"}]}
    assert verdict(compile_sla(sla(notify=[ONCALL], alerting=low), world))[1] is Reason.NO_CHANNEL


def test_a_resource_without_a_list_has_that_of_its_target() -> None:
    world = World(targets=(target(notify=[{"channels": ["team"]}]),), channels=ALL.channels)
    plan = compile_alert_rule(rule(targetRef={"name": "checkout"}), world)
    assert verdict(plan)[2] == "high: team"


def test_the_nearest_list_wins_whole() -> None:
    world = World(targets=(target(notify=[{"severities": ["high"], "channels": ["team"]}]),), channels=ALL.channels)
    plan = compile_sla(sla(notify=[ONCALL]), world)
    assert verdict(plan)[2] == "critical: oncall; high: only the platform's own routes"


def test_a_target_tells_of_the_alerts_that_it_has() -> None:
    alerts = [{"name": "errors", "preset": "HighErrorRate"}, {"name": "slow", "preset": "HighLatency"}]
    plan = compile_monitoring_target(target(alerts=alerts, notify=[ONCALL]), ALL)
    assert verdict(plan)[2] == "critical: oncall"


def test_a_target_without_alerts_has_nothing_to_tell() -> None:
    assert routed(compile_monitoring_target(target(notify=[ONCALL]), ALL)) is None


def test_steps_after_the_first_are_those_of_the_escalation() -> None:
    minutes = timedelta(minutes=1)
    steps = tuple(Step(after * minutes, ("a",)) for after in (0, 15, 45))
    notices = (Notice(frozenset({"high"}), steps),)
    assert escalation(notices, "high") == (15 * minutes, 45 * minutes)
    assert escalation(notices, "low") == ()


@pytest.mark.parametrize("own", [True, False])
def test_the_steps_of_an_alert_are_those_of_the_list_that_counts(own: bool) -> None:
    notify = [{"channels": ["oncall"], "escalation": [{"after": "15m", "channels": ["lead"]}]}]
    world = World(targets=(target(notify=() if own else notify),), channels=ALL.channels)
    alert = rule(targetRef={"name": "checkout"}, notify=notify if own else ())
    (manifest,) = compile_alert_rule(alert, world).apply
    rules = manifest["spec"]["groups"][0]["rules"]
    assert [each["labels"]["bursar_step"] for each in rules if "alert" in each] == ["1", "2"]


def test_a_resource_borrows_from_its_target_in_its_own_namespace() -> None:
    borrowed = Key(Kind.MONITORING_TARGET, "shop", "checkout")
    assert mentions(sla()) == Mentions((), borrowed)
    assert mentions(rule()) == Mentions((), None)


def test_a_target_whose_alerts_are_switched_off_only_lends_its_list() -> None:
    alerts = [{"name": "errors", "preset": "HighErrorRate", "enabled": False}]
    assert not mentions(target(alerts=alerts, notify=[ONCALL])).speaks
    assert mentions(target(alerts=[{"name": "errors", "preset": "HighErrorRate"}])).speaks
