from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bursar.api.notification_channel import NotificationChannel
from bursar.compiler.inhibition import inhibition
from bursar.compiler.notification_channel import AHEAD, ChannelFacts, compile_notification_channel, receiver_name
from bursar.compiler.plan import Accepted, Plan, Rejected, Waiting
from bursar.compiler.view import Selectors
from bursar.conventions import ChildKind, Kind, Reason, Severity
from bursar.domain.routes import Call, Mention
from fakes.world import World

ALL = tuple(sorted(Severity))
HOOK: dict[str, Any] = {"webhook": {"url": "http://pager.tools:8080/"}}
SECRET: dict[str, Any] = {"pagerduty": {"routingKeySecretRef": {"name": "pagerduty", "key": "routingKey"}}}
ANY: dict[str, Any] = {"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}}


def channel(name: str = "oncall", **spec: Any) -> NotificationChannel:
    metadata = {"name": name, "namespace": "shop", "uid": "u"}
    return NotificationChannel.model_validate({"metadata": metadata, "spec": spec or HOOK})


def named(*names: str) -> tuple[Mention, ...]:
    return tuple(Mention(Kind.ALERT_RULE, name, Call(ALL, 1)) for name in names)


def route(plan: Plan) -> dict[str, Any]:
    (manifest,) = plan.apply
    return dict(manifest["spec"]["route"])


def matchers(plan: Plan) -> dict[str, str]:
    return {each["name"]: each["matchType"] + each["value"] for each in route(plan)["matchers"]}


def selected(world: World) -> tuple[str, Reason, str]:
    found = compile_notification_channel(channel(), world).conditions[0]
    return found.status, found.reason, found.message


def served_by(**spec: Any) -> World:
    server = {"kind": "Alertmanager", "metadata": {"namespace": "monitoring", "name": "main"}, "spec": spec}
    return World(selectors=Selectors(servers=(), namespaces={}, alertmanagers=(server,)))


def test_a_channel_becomes_one_object_with_one_receiver_and_one_route() -> None:
    plan = compile_notification_channel(channel(), World(mentions=named("queue")))
    (manifest,) = plan.apply
    assert (manifest["kind"], manifest["metadata"]["name"]) == ("AlertmanagerConfig", "nchan-oncall")
    assert [each["name"] for each in manifest["spec"]["receivers"]] == ["oncall"]
    assert route(plan)["receiver"] == "oncall"


def test_the_route_matches_the_namespace_itself_for_not_every_alertmanager_adds_it() -> None:
    plan = compile_notification_channel(channel(), World(mentions=named("queue")))
    assert matchers(plan) == {"namespace": "=shop", "bursar_route": "=~AlertRule/queue/[^/]+/1"}


def test_the_facts_name_the_receiver_as_alertmanager_knows_it_and_what_its_route_matches() -> None:
    plan = compile_notification_channel(channel(), World(mentions=named("queue")))
    assert plan.facts == ChannelFacts("shop/nchan-oncall/oncall", "AlertRule/queue/[^/]+/1")


def test_a_long_name_is_cut_in_the_object_and_not_in_the_receiver() -> None:
    name = "n" * 100
    plan = compile_notification_channel(channel(name), World())
    (manifest,) = plan.apply
    assert receiver_name("shop", name) == f"shop/{manifest['metadata']['name']}/{name}"
    assert len(manifest["metadata"]["name"]) <= 63


def test_a_secret_that_is_missing_is_waited_for_and_a_restart_of_the_wait_is_not_needed() -> None:
    waiting = compile_notification_channel(channel(**SECRET), World(secrets={}))
    assert isinstance(waiting.verdict, Waiting)
    found = compile_notification_channel(channel(**SECRET), World(secrets={"pagerduty": frozenset({"routingKey"})}))
    assert isinstance(found.verdict, Accepted)


def test_the_crd_is_waited_for() -> None:
    plan = compile_notification_channel(channel(), World(served=frozenset({ChildKind.PROMETHEUS_RULE})))
    assert isinstance(plan.verdict, Waiting)
    assert "alertmanagerconfigs.monitoring.coreos.com is not installed" in plan.verdict.message


def test_a_route_that_is_too_large_is_refused() -> None:
    names = (f"{number:05}-{'n' * 90}" for number in range(10_000))
    verdict = compile_notification_channel(channel(), World(mentions=named(*names))).verdict
    assert isinstance(verdict, Rejected)
    assert "more than the 900 kB" in verdict.message


def test_ten_thousand_names_of_usual_length_fit() -> None:
    names = (f"checkout-service-{number:05}" for number in range(10_000))
    assert isinstance(compile_notification_channel(channel(), World(mentions=named(*names))).verdict, Accepted)


def test_mute_times_are_written_shortly_before_summer_time_begins() -> None:
    mute = {"name": "night", "times": [{"start": "22:00", "end": "06:00"}], "timeZone": "Europe/Berlin"}
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    before = change - timedelta(hours=1)
    plan = compile_notification_channel(channel(**HOOK, muteTimes=[mute]), World(now=before))
    assert plan.wake_after == timedelta(hours=1) - AHEAD
    after = compile_notification_channel(channel(**HOOK, muteTimes=[mute]), World(now=before + plan.wake_after))
    assert after.apply != plan.apply


def test_an_alertmanager_that_selects_everything_is_named() -> None:
    assert selected(World()) == ("True", Reason.SELECTED, "Alertmanager monitoring/main selects it")


@pytest.mark.parametrize(
    ("spec", "reason", "cure"),
    [
        ({}, Reason.LABEL_MISSING, "its spec.alertmanagerConfigSelector is not set"),
        (
            {"alertmanagerConfigSelector": {}},
            Reason.NAMESPACE_NOT_SELECTED,
            "set its spec.alertmanagerConfigNamespaceSelector so that it includes namespace shop",
        ),
        (
            {**ANY, "alertmanagerConfigSelector": {"matchLabels": {"routes": "yes"}}},
            Reason.LABEL_MISSING,
            "with label routes=yes",
        ),
        (
            {**ANY, "alertmanagerConfigNamespaceSelector": {"matchLabels": {"team": "a"}}},
            Reason.NAMESPACE_NOT_SELECTED,
            "label namespace shop so",
        ),
    ],
)
def test_why_no_alertmanager_takes_the_route_is_said(spec: dict[str, Any], reason: Reason, cure: str) -> None:
    status, found, message = selected(served_by(**spec))
    assert (status, found) == ("False", reason)
    assert cure in message


def test_without_an_alertmanager_nobody_takes_the_route() -> None:
    world = World(selectors=Selectors(servers=(), namespaces={}, alertmanagers=()))
    assert selected(world)[1] is Reason.NO_ALERTMANAGER


def test_what_may_not_be_read_is_not_guessed() -> None:
    world = World(selectors=Selectors(servers=(), namespaces={}, alertmanagers=None))
    status, reason, message = selected(world)
    assert (status, reason) == ("Unknown", Reason.NOT_PERMITTED)
    assert "may not read Alertmanager resources" in message


def test_a_page_keeps_the_ticket_of_its_own_incident_and_group_quiet_and_nothing_else() -> None:
    (manifest,) = inhibition("shop", World())
    (rule,) = manifest["spec"]["inhibitRules"]
    assert rule["equal"] == ["namespace", "bursar_incident", "bursar_group"]
    assert {each["value"] for each in rule["sourceMatch"]} == {"shop", "ErrorBudgetBurnPage"}
    assert {each["value"] for each in rule["targetMatch"]} == {"shop", "ErrorBudgetBurnTicket"}
