"""An evening on call, from rules and channels to messages, on a real Prometheus, Alertmanager, prometheus-operator.

Two teams have resources of the same names in namespaces of their own. In both, two alerts begin to fire; one person
acknowledges one of them. Nobody takes care of the others, so that after a minute the lead is told.
"""

import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.quick import QUICK
from fakes.samples import has
from integration.conftest import StartOperator
from sandbox.cluster import Cluster
from sandbox.receiver import Message, Receiver
from sandbox.stack import PrometheusStack

SECONDS = 60.0
ESCALATION_SECONDS = 60.0
SLACK_SECONDS = 15.0
AT_ONCE = {"groupWait": "1s", "groupInterval": "1s"}
RULES = {"queue": "Queue", "pool": "Pool"}
TOO_MUCH, ENOUGH = 50.0, 1.0
BURSAR = "/apis/bursar.dev/v1alpha1/namespaces"


@dataclass(frozen=True)
class Team:
    """A namespace, what its service shows, and who hears of it."""

    namespace: str
    exposition: Exposition
    oncall: Receiver
    lead: Receiver

    def resources(self) -> list[Any]:
        oncall, lead = (
            shop.resource("NotificationChannel", self.namespace, name, {"webhook": {"url": receiver.url}, **AT_ONCE})
            for name, receiver in (("oncall", self.oncall), ("lead", self.lead))
        )
        broken = {"slack": {"urlSecretRef": {"name": "nobody-made-it", "key": "url"}}}
        return [
            *shop.published(self.namespace, "shop", self.exposition.port),
            shop.shop_target(self.namespace),
            oncall,
            lead,
            shop.resource("NotificationChannel", self.namespace, "broken", broken),
            *(self._rule(name) for name in RULES),
            self._sla(),
        ]

    def _rule(self, name: str) -> dict[str, Any]:
        spec = {
            "targetRef": {"name": "shop"},
            "severity": "critical",
            "condition": {"threshold": {"query": f'{name}_depth{{namespace="{self.namespace}"}}', "above": 10}},
            "summary": f"The {name} of {self.namespace} is full",
            "notify": [
                {
                    "severities": ["critical"],
                    "channels": ["oncall", "broken"],
                    "escalation": [{"after": "1m", "channels": ["lead"]}],
                }
            ],
        }
        return shop.resource("AlertRule", self.namespace, name, spec)

    def _sla(self) -> dict[str, Any]:
        sla = shop.shop_sla(self.namespace, "shop", shop.availability())
        tiers = [
            {"kind": "page", "factor": 10, "long": "10s", "short": "5s"},
            {"kind": "ticket", "factor": 4, "long": "30s", "short": "20s"},
        ]
        sla["spec"] |= {
            "alerting": {"tiers": tiers, "noData": {"whenAbsent": "ok"}},
            "notify": [{"channels": ["oncall"]}],
        }
        return sla

    def set(self, depth: float) -> None:
        for name in RULES:
            self.exposition.set(f"{name}_depth", depth)

    def path(self, plural: str, name: str) -> str:
        return f"{BURSAR}/{self.namespace}/{plural}/{name}"


@contextlib.contextmanager
def team(namespace: str) -> Iterator[Team]:
    with Exposition(*shop.HEALTHY, *(f"{name}_depth" for name in RULES)) as exposition, contextlib.ExitStack() as ends:
        receivers = Receiver(), Receiver()
        for receiver in receivers:
            ends.callback(receiver.stop)
        exposition.grow(shop.HEALTHY)
        yield Team(namespace, exposition, *receivers)


@dataclass(frozen=True)
class Evening:
    """Everything that runs, and both teams."""

    cluster: Cluster
    stack: PrometheusStack
    home: Team
    away: Team

    @property
    def teams(self) -> tuple[Team, Team]:
        return self.home, self.away

    def eventually(self, path: str, holds: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.api.eventually(path, holds, seconds=SECONDS)
        return found


@pytest.fixture(scope="module")
def evening(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, module_operator: StartOperator
) -> Iterator[Evening]:
    namespaces = module_namespace, f"{module_namespace}-away"
    control_plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespaces[1]}}])
    module_operator(prometheus_url=stack.prometheus_url, alertmanager_url=stack.alertmanager_url, **QUICK)
    with team(namespaces[0]) as home, team(namespaces[1]) as away:
        evening = Evening(control_plane, stack, home, away)
        for each in evening.teams:
            control_plane.apply(each.resources())
        for each in evening.teams:
            for channel in ("oncall", "lead"):
                evening.eventually(each.path("notificationchannels", channel), has("RouteLoaded", "True", "Loaded"))
            for rule in RULES:
                evening.eventually(each.path("alertrules", rule), has("RulesLoaded", "True", "Loaded"))
            evening.eventually(each.path("slas", "shop"), has("RulesLoaded", "True", "Loaded"))
        yield evening
    control_plane.api.delete(f"/api/v1/namespaces/{namespaces[1]}")


@dataclass(frozen=True)
class Escalated:
    """The evening a good minute after the alerts began: the lead knows of three of them."""

    evening: Evening
    acknowledged: str


def is_about(name: str, status: str = "firing") -> Any:
    return lambda message: (message.labels["alertname"], message.status) == (RULES[name], status)


@pytest.fixture(scope="module")
def escalated(evening: Evening) -> Escalated:
    for each in evening.teams:
        each.set(TOO_MUCH)
    for each in evening.teams:
        for name in RULES:
            each.oncall.wait_for(is_about(name), seconds=SECONDS)
    acknowledged = bursar(
        "ack", "arule/pool", "-n", evening.home.namespace, "--for", "1h", "--by", "ann", evening=evening
    )
    evening.home.lead.wait_for(is_about("queue"), seconds=ESCALATION_SECONDS + SLACK_SECONDS)
    for name in RULES:
        evening.away.lead.wait_for(is_about(name), seconds=SLACK_SECONDS)
    return Escalated(evening, acknowledged)


def bursar(*arguments: str, evening: Evening) -> str:
    command = [sys.executable, "-m", "bursar", *arguments, "--alertmanager", evening.stack.alertmanager_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(receiver: Receiver) -> Counter[tuple[str, str]]:
    return Counter((message.labels["alertname"], message.status) for message in receiver.messages)


def test_the_person_on_call_is_told_at_once_and_once(escalated: Escalated) -> None:
    for each in escalated.evening.teams:
        assert counted(each.oncall) == {("Queue", "firing"): 1, ("Pool", "firing"): 1}


def test_the_lead_is_told_once_nobody_has_acknowledged_for_a_minute(escalated: Escalated) -> None:
    home, away = escalated.evening.teams
    assert counted(home.lead) == {("Queue", "firing"): 1}
    assert counted(away.lead) == {("Queue", "firing"): 1, ("Pool", "firing"): 1}
    assert {message.labels["bursar_step"] for message in (*home.lead.messages, *away.lead.messages)} == {"2"}


def test_who_acknowledged_until_when_stands_in_the_status(escalated: Escalated) -> None:
    home, away = escalated.evening.teams
    found = escalated.evening.eventually(
        home.path("alertrules", "pool"), lambda found: "acknowledged" in found.get("status", {})
    )
    assert found["status"]["acknowledged"]["by"] == "ann"
    assert "ann" in escalated.acknowledged
    for rule, of in (("queue", home), ("queue", away), ("pool", away)):
        assert "acknowledged" not in escalated.evening.cluster.api.get(of.path("alertrules", rule))["status"]


def test_namespaces_with_equal_names_never_meet(escalated: Escalated) -> None:
    for each in escalated.evening.teams:
        heard = (*each.oncall.messages, *each.lead.messages)
        assert {message.labels["namespace"] for message in heard} == {each.namespace}


def test_a_channel_without_its_secret_breaks_nobody_else_and_says_so(escalated: Escalated) -> None:
    for each in escalated.evening.teams:
        found = escalated.evening.cluster.api.get(each.path("notificationchannels", "broken"))
        assert has("SecretFound", "False", "SecretMissing")(found)
        assert has("Ready", "False", "DependencyNotReady")(found)


def test_what_a_channel_has_delivered_does_not_reach_the_platform_as_well(escalated: Escalated) -> None:
    namespaces = {each.namespace for each in escalated.evening.teams}
    messages = escalated.evening.stack.receiver.messages
    assert [message for message in messages if message.labels.get("namespace") in namespaces] == []


@pytest.fixture(scope="module")
def over(escalated: Escalated) -> Evening:
    evening = escalated.evening
    for each in evening.teams:
        each.set(ENOUGH)
    for each in evening.teams:
        for name in RULES:
            each.oncall.wait_for(is_about(name, "resolved"), seconds=SECONDS)
        each.lead.wait_for(is_about("queue", "resolved"), seconds=SECONDS)
    evening.away.lead.wait_for(is_about("pool", "resolved"), seconds=SECONDS)
    return evening


def test_everybody_who_was_told_hears_once_that_it_is_over(over: Evening) -> None:
    told = {(alert, status): 1 for alert in ("Queue", "Pool") for status in ("firing", "resolved")}
    assert counted(over.home.oncall) == counted(over.away.oncall) == told
    assert counted(over.away.lead) == told
    assert counted(over.home.lead) == {("Queue", "firing"): 1, ("Queue", "resolved"): 1}


def test_a_page_and_the_ticket_of_its_incident_are_one_message_each(over: Evening) -> None:
    home = over.home
    before = len(home.oncall.messages)
    home.exposition.grow({shop.OK_EU: 0.0, shop.BAD_EU: 2_000.0})
    home.oncall.wait_for(is_burning("ErrorBudgetBurnPage", "firing"), seconds=SECONDS)
    home.exposition.grow(shop.HEALTHY)
    home.oncall.wait_for(is_burning("ErrorBudgetBurnPage", "resolved"), seconds=SECONDS)
    home.oncall.wait_for(is_burning("ErrorBudgetBurnTicket", "resolved"), seconds=SECONDS)
    messages = [(message.labels["alertname"], message.status) for message in home.oncall.messages[before:]]
    assert messages == [
        ("ErrorBudgetBurnPage", "firing"),
        ("ErrorBudgetBurnPage", "resolved"),
        ("ErrorBudgetBurnTicket", "firing"),
        ("ErrorBudgetBurnTicket", "resolved"),
    ]


def is_burning(alert: str, status: str) -> Any:
    def wanted(message: Message) -> bool:
        return (message.labels["alertname"], message.status) == (alert, status)

    return wanted
