"""From a list of channels to the message: on the real API server, prometheus-operator, Prometheus and Alertmanager."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes import shop
from fakes.quick import QUICK
from fakes.samples import BURSAR, condition, has, is_ready
from integration.conftest import StartOperator
from sandbox.binaries import binary
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until
from sandbox.receiver import Message
from sandbox.stack import PrometheusStack

SECONDS = 40.0
CONFIGS = "/apis/monitoring.coreos.com/v1alpha1/namespaces"
FIRES: dict[str, Any] = {"expression": {"promql": "vector(1)"}}
IS_QUIET: dict[str, Any] = {"expression": {"promql": "vector(1) > 1"}}


def rule(namespace: str, name: str, *channels: str, when: dict[str, Any] = FIRES, **spec: Any) -> dict[str, Any]:
    notify = {"notify": [{"channels": list(channels)}]} if channels else {}
    return shop.resource("AlertRule", namespace, name, {"severity": "high", "condition": when, **notify, **spec})


def matched(config: Any) -> str:
    """The expression by which the route of a channel finds its alerts."""
    matchers = config["spec"]["route"]["matchers"]
    found: str = next(each["value"] for each in matchers if each["name"] == "bursar_route")
    return found


@dataclass(frozen=True)
class Place:
    """A namespace in which alerts are told to channels that all lead to one receiver."""

    cluster: Cluster
    stack: PrometheusStack
    namespace: str

    def channel(self, name: str, **spec: Any) -> dict[str, Any]:
        quick = {"groupWait": "1s", "groupInterval": "1s"}
        hook = {"webhook": {"url": self.stack.receiver.url}}
        return shop.resource("NotificationChannel", self.namespace, name, {**quick, **(spec or hook)})

    def apply(self, *resources: dict[str, Any]) -> None:
        self.cluster.apply(list(resources))

    def eventually(self, plural: str, name: str, holds: Any) -> Any:
        return self.cluster.api.eventually(f"{BURSAR}/{self.namespace}/{plural}/{name}", holds, seconds=SECONDS)

    def config(self, name: str, holds: Any = bool) -> Any:
        return self.cluster.api.eventually(self.config_path(name), holds, seconds=SECONDS)

    def config_path(self, name: str) -> str:
        return f"{CONFIGS}/{self.namespace}/alertmanagerconfigs/{name}"

    def receiver(self, channel: str) -> str:
        return f"{self.namespace}/nchan-{channel}/{channel}"

    def told(self, channel: str) -> list[tuple[str, str]]:
        """What a channel was told: status and name of the resource, oldest first."""
        return [
            (message.status, message.labels["bursar_incident"].rsplit("/")[1])
            for message in self.stack.receiver.messages
            if message.receiver == self.receiver(channel)
        ]

    def wait_until_told(self, channel: str, status: str, name: str) -> None:
        what = f"{channel} was told that {name} is {status}"
        wait_until(lambda: (status, name) in self.told(channel), seconds=SECONDS, what=what)

    def at_the_root(self) -> list[Message]:
        return [
            message
            for message in self.stack.receiver.messages
            if message.receiver == "root" and message.labels.get("namespace") == self.namespace
        ]


@pytest.fixture(scope="module")
def operator(module_operator: StartOperator, stack: PrometheusStack) -> OperatorProcess:
    return module_operator(prometheus_url=stack.prometheus_url, alertmanager_url=stack.alertmanager_url, **QUICK)


@pytest.fixture
def place(control_plane: Cluster, stack: PrometheusStack, operator: OperatorProcess, namespace: str) -> Place:
    return Place(control_plane, stack, namespace)


@pytest.fixture
def elsewhere(place: Place) -> Iterator[Place]:
    """A second namespace."""
    name = f"{place.namespace}-b"
    place.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield Place(place.cluster, place.stack, name)
    place.cluster.api.delete(f"/api/v1/namespaces/{name}")


def test_a_list_leads_to_a_route_and_the_message_to_the_channel_alone(place: Place) -> None:
    place.apply(place.channel("oncall"), rule(place.namespace, "broken", "oncall"))
    found = place.eventually("alertrules", "broken", has("Routed", "True", "Routed"))
    assert condition(found, "Routed")["message"] == "high: oncall"
    config = place.config("nchan-oncall", lambda found: "broken" in matched(found))
    assert matched(config) == "AlertRule/broken/[^/]+/1"
    assert is_ready(place.eventually("notificationchannels", "oncall", has("Selected", "True", "Selected")))
    place.wait_until_told("oncall", "firing", "broken")
    assert place.at_the_root() == []


def test_an_edit_of_a_list_in_mid_incident_resolves_nothing_and_pages_nobody_twice(place: Place) -> None:
    place.apply(place.channel("oncall"), place.channel("team"), rule(place.namespace, "broken", "oncall"))
    place.wait_until_told("oncall", "firing", "broken")
    before = place.config("nchan-oncall")["metadata"]["generation"]
    place.apply(rule(place.namespace, "broken", "oncall", "team"))
    place.wait_until_told("team", "firing", "broken")
    assert place.config("nchan-oncall")["metadata"]["generation"] == before
    place.apply(rule(place.namespace, "broken", "oncall", "team", when=IS_QUIET))
    place.wait_until_told("oncall", "resolved", "broken")
    place.wait_until_told("team", "resolved", "broken")
    assert place.told("oncall") == place.told("team") == [("firing", "broken"), ("resolved", "broken")]


def test_an_edit_of_a_rule_rewrites_its_own_object_alone(place: Place) -> None:
    place.apply(place.channel("oncall"), rule(place.namespace, "calm", "oncall", when=IS_QUIET))
    place.config("nchan-oncall", lambda found: "calm" in matched(found))
    place.config("bursar-inhibition")
    before = place.cluster.api.get(f"{CONFIGS}/{place.namespace}/alertmanagerconfigs")["items"]
    place.apply(rule(place.namespace, "calm", "oncall", when=IS_QUIET, summary="Quite calm", severity="low"))
    place.eventually("alertrules", "calm", lambda found: is_ready(found) and found["spec"].get("summary"))
    place.eventually("alertrules", "calm", lambda found: condition(found, "Routed")["message"] == "low: oncall")
    after = place.cluster.api.get(f"{CONFIGS}/{place.namespace}/alertmanagerconfigs")["items"]
    assert [each["metadata"]["generation"] for each in after] == [each["metadata"]["generation"] for each in before]


def test_a_rule_that_is_deleted_while_it_fires_is_over_for_its_channel_and_no_news_for_the_platform(
    place: Place,
) -> None:
    place.apply(place.channel("oncall"), rule(place.namespace, "broken", "oncall"))
    place.wait_until_told("oncall", "firing", "broken")
    place.cluster.api.delete(f"{BURSAR}/{place.namespace}/alertrules/broken")
    place.wait_until_told("oncall", "resolved", "broken")
    assert place.at_the_root() == []


def test_equal_names_in_two_namespaces_never_meet(place: Place, elsewhere: Place) -> None:
    for each in (place, elsewhere):
        each.apply(each.channel("oncall"))
    place.apply(rule(place.namespace, "same", "oncall"))
    elsewhere.apply(rule(elsewhere.namespace, "same", "oncall", when=IS_QUIET))
    elsewhere.config("nchan-oncall", lambda found: "same" in matched(found))
    place.wait_until_told("oncall", "firing", "same")
    assert elsewhere.told("oncall") == []
    assert elsewhere.at_the_root() == []


def test_a_broken_channel_breaks_no_other_and_its_alerts_reach_the_platform(place: Place) -> None:
    broken = place.channel("broken", slack={"urlSecretRef": {"name": "nowhere", "key": "url"}})
    place.apply(broken, place.channel("oncall"))
    place.apply(rule(place.namespace, "heard", "oncall"), rule(place.namespace, "unheard", "broken"))
    place.eventually("notificationchannels", "broken", has("SecretFound", "False", "SecretMissing"))
    place.wait_until_told("oncall", "firing", "heard")
    wait_until(
        lambda: [each.labels["bursar_incident"] for each in place.at_the_root()] == ["AlertRule/unheard"],
        seconds=SECONDS,
        what="the platform was told",
    )


def test_a_channel_that_comes_later_is_noticed_by_those_who_name_it(place: Place) -> None:
    place.apply(rule(place.namespace, "early", "late"))
    place.eventually("alertrules", "early", has("Routed", "False", "ChannelNotFound"))
    place.apply(place.channel("late"))
    place.eventually("alertrules", "early", has("Routed", "True", "Routed"))
    place.wait_until_told("late", "firing", "early")
    place.cluster.api.delete(f"{BURSAR}/{place.namespace}/notificationchannels/late")
    place.eventually("alertrules", "early", has("Routed", "False", "ChannelNotFound"))


def test_a_namespace_has_its_inhibition_as_long_as_it_has_alerts(place: Place) -> None:
    place.apply(rule(place.namespace, "only", when=IS_QUIET))
    made = place.config("bursar-inhibition")
    place.cluster.api.delete(place.config_path("bursar-inhibition"))
    again = place.config("bursar-inhibition", lambda found: found["metadata"]["uid"] != made["metadata"]["uid"])
    assert again["spec"] == made["spec"]
    unlabelled = {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}
    place.cluster.api.merge(place.config_path("bursar-inhibition"), unlabelled)
    place.config("bursar-inhibition", lambda found: found["metadata"]["labels"] == made["metadata"]["labels"])
    place.cluster.api.delete(f"{BURSAR}/{place.namespace}/alertrules/only")
    place.cluster.api.gone(place.config_path("bursar-inhibition"), seconds=SECONDS)


ALERT = {"namespace": "{namespace}", "alertname": "Broken", "severity": "critical", "bursar_incident": "SLA/cart/up"}
ROUTES = [
    ({**ALERT, "bursar_route": "SLA/cart/up/critical/1"}, ["oncall"]),
    ({**ALERT, "bursar_route": "SLA/cart/up/critical/2"}, ["lead"]),
    ({**ALERT, "bursar_route": "SLA/cart/up/critical/3"}, []),
    ({**ALERT, "bursar_route": "SLA/cart/other/critical/1"}, ["oncall"]),
    ({**ALERT, "bursar_route": "SLA/cart/up/high/1"}, ["team"]),
    ({**ALERT, "bursar_route": "SLA/cart/up/high/2"}, []),
    ({**ALERT, "bursar_route": "SLA/cart-eu/up/critical/1"}, []),
    ({**ALERT, "bursar_route": "AlertRule/queue.deep/low/1"}, ["oncall", "team", "muted"]),
    ({**ALERT, "bursar_route": "AlertRule/queue.deep/high/1"}, ["oncall", "team", "muted"]),
    ({**ALERT, "bursar_route": "AlertRule/queue-deep/low/1"}, []),
    ({**ALERT, "namespace": "elsewhere", "bursar_route": "SLA/cart/up/critical/1"}, []),
    ({"namespace": "{namespace}", "alertname": "Foreign"}, []),
]
"""Labels of an alert, and the channels that amtool finds for it; without any it finds the root."""


@pytest.fixture(scope="module")
def routed(control_plane: Cluster, stack: PrometheusStack, operator: OperatorProcess, module_namespace: str) -> Place:
    """Channels that an SLA and a rule name; one is silent at times for some severities, and one is not named."""
    place = Place(control_plane, stack, module_namespace)
    objective = shop.objective("up", {"gauge": {"selector": "up"}})
    sla = shop.resource("SLA", place.namespace, "cart", {"objectives": [objective]})
    escalation = [{"after": "15m", "channels": ["lead"]}]
    sla["spec"]["notify"] = [
        {"severities": ["critical"], "channels": ["oncall"], "escalation": escalation},
        {"severities": ["high"], "channels": ["team"]},
    ]
    names = ("oncall", "lead", "team", "idle", "muted")
    channels = {name: place.channel(name) for name in names}
    channels["muted"]["spec"]["muteTimes"] = [{"name": "weekend", "weekdays": ["saturday"], "severities": ["low"]}]
    # What names a channel comes first, so that the first route that is loaded is the last.
    place.apply(sla, rule(place.namespace, "queue.deep", "oncall", "team", "muted", when=IS_QUIET))
    place.eventually("slas", "cart", has("Routed", "False", "ChannelNotFound"))
    place.eventually("alertrules", "queue.deep", has("Routed", "False", "ChannelNotFound"))
    place.apply(*channels.values())
    for name in names:
        place.eventually("notificationchannels", name, has("RouteLoaded", "True", "Loaded"))
    return place


@pytest.mark.parametrize(("labels", "channels"), ROUTES)
def test_amtool_finds_for_an_alert_the_channels_that_its_list_names(
    routed: Place, labels: dict[str, str], channels: list[str]
) -> None:
    given = [f"{name}={value.format(namespace=routed.namespace)}" for name, value in labels.items()]
    file = routed.cluster.folder / "stack" / "alertmanager.yaml"
    command = [str(binary("amtool")), "config", "routes", "test", f"--config.file={file}", *given]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    found = sorted(answer.stdout.strip().split(","))
    assert found == sorted(map(routed.receiver, channels) if channels else ["root"])
