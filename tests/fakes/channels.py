"""Channels of all kinds that lead to the recorder, and what is delivered to them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bursar.api.notification_channel import NotificationChannelSpec
from bursar.compiler.receivers import receiver
from fakes.recorder import Delivered, Recorder
from sandbox.cluster import Cluster
from sandbox.process import wait_until
from sandbox.stack import PrometheusStack
from sandbox.web import read, request

SECONDS = 40.0
SERVICES = ("email", "slack", "pagerduty", "webhook", "msteams", "opsgenie", "discord", "telegram")
TOKEN = "a-credential"
SECRET = "channels"
STARTED, ENDED = "2026-01-05T06:58:00Z", "2026-01-05T07:40:30Z"


def secret(key: str) -> dict[str, str]:
    return {"name": SECRET, "key": key}


def recorded_specs(recorder: Recorder) -> dict[str, dict[str, Any]]:
    """One channel for each service."""
    return {
        "email": {
            "to": ["team@example.com", "lead@example.com"],
            "from": "alerts@example.com",
            "smarthost": recorder.smarthost,
            "requireTLS": False,
        },
        "slack": {"urlSecretRef": secret("slack"), "channel": "#alerts"},
        "pagerduty": {"routingKeySecretRef": secret("token"), "url": f"{recorder.url}/pagerduty"},
        "webhook": {"url": f"{recorder.url}/webhook", "bearerTokenSecretRef": secret("token"), "maxAlerts": 20},
        "msteams": {"urlSecretRef": secret("msteams")},
        "opsgenie": {
            "apiKeySecretRef": secret("token"),
            "url": f"{recorder.url}/opsgenie",
            "responders": [{"type": "team", "name": "payments"}, {"type": "user", "name": "ann@example.com"}],
        },
        "discord": {"urlSecretRef": secret("discord")},
        "telegram": {
            "botTokenSecretRef": secret("token"),
            "chatID": -1001234567890,
            "topicID": 7,
            "url": f"{recorder.url}/telegram",
        },
    }


def secret_of(namespace: str, url: str) -> dict[str, Any]:
    """The Secret that all of them name, with the URLs of services at `url`."""
    urls = {service: f"{url}/{service}" for service in ("slack", "webhook", "msteams", "discord")}
    metadata = {"name": SECRET, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {**urls, "token": TOKEN}}


def channel_config(namespace: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """An AlertmanagerConfig with the receiver of a channel; all our alerts of the namespace go there."""
    route = {
        "receiver": name,
        "groupBy": ["alertname"],
        "groupWait": "1s",
        "groupInterval": "1s",
        "matchers": [{"name": "bursar_route", "matchType": "=~", "value": ".+/[0-9]+"}],
    }
    return {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "AlertmanagerConfig",
        "metadata": {"name": f"nchan-{name}", "namespace": namespace},
        "spec": {"receivers": [receiver(NotificationChannelSpec.model_validate(spec), name)], "route": route},
    }


def wait_loaded(stack: PrometheusStack, namespace: str, names: Sequence[str]) -> None:
    """Wait until Alertmanager runs with the channels of these names."""
    status = f"{stack.alertmanager_url}/api/v2/status"
    receivers = [f"{namespace}/nchan-{name}/{name}" for name in names]
    wait_until(lambda: all(each in read(status) for each in receivers), seconds=SECONDS, what="all channels are loaded")


def alert(
    name: str, labels: Mapping[str, str], annotations: Mapping[str, str], incident: str, severity: str = "critical"
) -> dict[str, Any]:
    """An alert of ours as Prometheus sends it, but for its namespace."""
    identity = {"alertname": name, "severity": severity, "bursar_step": "1", "bursar_incident": incident}
    return {
        "labels": {**identity, "bursar_route": f"{incident}/{severity}/1", "team": "payments", **labels},
        "annotations": annotations,
        "startsAt": STARTED,
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=burns+%3E+1&g0.tab=1",
    }


@dataclass(frozen=True)
class Post:
    """Takes alerts of a namespace with a channel for each service, and tells what was delivered."""

    stack: PrometheusStack
    recorder: Recorder
    namespace: str

    def send(
        self, alerts: Sequence[Mapping[str, Any]], *, group: int, marker: str, **times: str
    ) -> dict[str, Delivered]:
        """Send alerts; return the message to each service that is about a group of that size and has the marker."""
        before = len(self.recorder.delivered)
        self._fire([{**each, "labels": {"namespace": self.namespace, **each["labels"]}, **times} for each in alerts])

        def is_whole(delivered: Delivered) -> bool:
            if delivered.service == "webhook":
                held: int = len(delivered.content["alerts"]) + delivered.content["truncatedAlerts"]
                return held == group
            return marker in delivered.text

        return {service: self.recorder.last(service, is_whole, since=before, seconds=SECONDS) for service in SERVICES}

    def _fire(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        url, headers = f"{self.stack.alertmanager_url}/api/v2/alerts", {"Content-Type": "application/json"}
        answer = request("POST", url, body=json.dumps(alerts).encode(), headers=headers)
        assert answer.status == 200, answer.text


@contextmanager
def open_post(cluster: Cluster, stack: PrometheusStack, namespace: str) -> Iterator[Post]:
    """Set up the channels of a namespace."""
    with Recorder() as recorder:
        specs = recorded_specs(recorder)
        configs = [channel_config(namespace, service, {service: spec}) for service, spec in specs.items()]
        cluster.apply([secret_of(namespace, recorder.url), *configs])
        wait_loaded(stack, namespace, SERVICES)
        yield Post(stack, recorder, namespace)
