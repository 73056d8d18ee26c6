"""What a channel and an alert say of Alertmanager, on the real one: Secrets, routes, and who takes care."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner

from bursar.cli import main
from fakes import shop
from fakes.quick import QUICK
from fakes.samples import BURSAR, condition, has, is_ready
from integration.conftest import StartOperator
from sandbox.alertmanager import send_alerts
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack

SECONDS = 40.0
CREDENTIAL = "hush-7f3a9c"
CONFIGS = "/apis/monitoring.coreos.com/v1alpha1/namespaces"


@dataclass(frozen=True)
class Place:
    """A namespace with a channel and an alert that tells it."""

    cluster: Cluster
    stack: PrometheusStack
    operator: OperatorProcess
    namespace: str

    @property
    def channel(self) -> str:
        return f"{BURSAR}/{self.namespace}/notificationchannels/oncall"

    @property
    def rule(self) -> str:
        return f"{BURSAR}/{self.namespace}/alertrules/always"

    @property
    def sla(self) -> str:
        return f"{BURSAR}/{self.namespace}/slas/pay"

    @property
    def secret(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}/secrets/webhook"

    def eventually(self, path: str, holds: Any) -> Any:
        return self.cluster.api.eventually(path, holds, seconds=SECONDS)

    def make_secret(self, key: str = "url") -> None:
        metadata = {"name": "webhook", "namespace": self.namespace}
        text = {key: f"{self.stack.receiver.url}{CREDENTIAL}"}
        self.cluster.apply([{"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": text}])

    def person(self, *arguments: str) -> str:
        place = ["-n", self.namespace, "--alertmanager", self.stack.alertmanager_url]
        result = CliRunner().invoke(main, [*arguments, *place])
        assert result.exit_code == 0, result.output
        return str(result.output)


@pytest.fixture(scope="module")
def place(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, module_operator: StartOperator
) -> Place:
    settings = {**QUICK, "secrets_interval": "2s", "log_level": "debug"}
    operator = module_operator(prometheus_url=stack.prometheus_url, alertmanager_url=stack.alertmanager_url, **settings)
    receiver = {"webhook": {"urlSecretRef": {"name": "webhook", "key": "url"}}, "groupWait": "1s"}
    always = {"condition": {"expression": {"promql": "vector(1) == 1"}}, "severity": "high"}
    ratio = {"ratio": {"bad": "pay_failed_total", "total": "pay_total"}}
    answers = {"name": "answers", "target": 99, "indicator": ratio}
    control_plane.apply(
        [
            shop.resource("SLA", module_namespace, "pay", {"objectives": [answers]}),
            shop.resource("NotificationChannel", module_namespace, "oncall", receiver),
            shop.resource("AlertRule", module_namespace, "always", {**always, "notify": [{"channels": ["oncall"]}]}),
        ]
    )
    return Place(control_plane, stack, operator, module_namespace)


def test_a_channel_waits_for_its_secret_and_says_how_to_make_it(place: Place) -> None:
    waiting = place.eventually(place.channel, has("SecretFound", "False", "SecretMissing"))
    assert condition(waiting, "Ready")["reason"] == "DependencyNotReady"
    assert "kubectl create secret generic webhook" in condition(waiting, "SecretFound")["message"]
    assert place.cluster.api.find(f"{CONFIGS}/{place.namespace}/alertmanagerconfigs/nchan-oncall") is None
    place.eventually(place.channel, has("RouteLoaded", "False", "NotLoaded"))


def test_a_secret_without_the_key_is_not_enough(place: Place) -> None:
    place.make_secret(key="uri")
    found = place.eventually(place.channel, has("SecretFound", "False", "KeyMissing"))
    assert "it has uri; add it: kubectl patch secret webhook" in condition(found, "SecretFound")["message"]


def test_with_the_secret_the_route_is_loaded_and_its_alerts_are_counted(place: Place) -> None:
    place.make_secret()
    place.eventually(place.channel, has("SecretFound", "True", "Found"))
    loaded = place.eventually(place.channel, has("RouteLoaded", "True", "Loaded"))
    assert is_ready(loaded)
    assert loaded["status"]["receiver"] == f"{place.namespace}/nchan-oncall/oncall"
    place.eventually(place.channel, lambda found: found["status"].get("alerts") == 1)
    told = place.stack.receiver.wait_for(
        lambda message: message.receiver == f"{place.namespace}/nchan-oncall/oncall", seconds=SECONDS
    )
    assert told.labels["bursar_incident"] == "AlertRule/always"


def test_who_takes_care_of_an_alert_is_in_its_status_until_it_is_taken_back(place: Place) -> None:
    place.eventually(place.rule, lambda found: found["status"].get("state") == "Firing")
    place.person("ack", "arule/always", "--for", "2h", "--by", "ada", "--comment", "rolling back")
    taken = place.eventually(place.rule, lambda found: "acknowledged" in found["status"])
    assert taken["status"]["acknowledged"]["by"] == "ada"
    assert taken["status"]["acknowledged"]["comment"] == "rolling back"
    place.person("unack", "arule/always")
    place.eventually(place.rule, lambda found: "acknowledged" not in found["status"])


def test_who_takes_care_of_an_objective_is_in_the_status_of_its_sla(place: Place) -> None:
    incident = {"alertname": "Page", "namespace": place.namespace, "bursar_incident": "SLA/pay/answers"}
    send_alerts(place.stack.alertmanager_url, {**incident, "bursar_step": "1"})
    place.person("ack", "sla/pay", "--for", "2h", "--by", "bob")

    def taken(found: Any) -> Any:
        (row,) = found["status"].get("objectives", [{}])
        return row.get("alerts", {}).get("acknowledged", {}).get("by") == "bob"

    place.eventually(place.sla, taken)
    place.person("unack", "sla/pay")
    place.eventually(place.sla, lambda found: not taken(found))


def test_a_secret_that_is_deleted_later_is_noticed_though_the_object_stays(place: Place) -> None:
    place.cluster.api.delete(place.secret)
    place.eventually(place.channel, has("SecretFound", "False", "SecretMissing"))
    assert place.cluster.api.find(f"{CONFIGS}/{place.namespace}/alertmanagerconfigs/nchan-oncall") is not None
    place.eventually(place.channel, has("RouteLoaded", "False", "NotLoaded"))
    place.make_secret()
    place.eventually(place.channel, has("SecretFound", "True", "Found"))
    place.eventually(place.channel, has("Ready", "True", "Succeeded"))


def test_a_credential_is_nowhere_but_in_its_secret(place: Place) -> None:
    events = place.cluster.api.get(f"/api/v1/namespaces/{place.namespace}/events")
    objects = [events, *(place.cluster.api.get(path) for path in (place.channel, place.rule))]
    generated = place.cluster.api.get(f"{CONFIGS}/{place.namespace}/alertmanagerconfigs")
    shown = json.dumps([*objects, generated]) + place.operator.process.log.read_text() + place.operator.read("/metrics")
    assert "SecretFound" in shown
    assert 'bursar_alertmanager_request_duration_seconds_count{result="success"}' in shown
    url = f"{place.stack.receiver.url}{CREDENTIAL}"
    for form in (CREDENTIAL, base64.b64encode(url.encode()).decode()):
        assert form not in shown


def test_an_alertmanager_that_is_away_leaves_the_last_answer_and_says_so(place: Place) -> None:
    before = place.eventually(place.channel, has("RouteLoaded", "True", "Loaded"))
    place.stack.stop_alertmanager()
    away = place.eventually(place.channel, has("RouteLoaded", "Unknown", "Unreachable"))
    assert place.stack.alertmanager_url in condition(away, "RouteLoaded")["message"]
    assert away["status"]["alerts"] == before["status"]["alerts"]
    assert is_ready(away)
    place.stack.start_alertmanager()
    place.eventually(place.channel, has("RouteLoaded", "True", "Loaded"))
