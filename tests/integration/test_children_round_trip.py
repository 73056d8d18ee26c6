"""What the API server makes of generated objects is what was asked for: a restart finds nothing to write."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.api.base import ObjectMeta
from bursar.api.monitoring_target import MonitoringTarget
from bursar.api.notification_channel import NotificationChannel
from bursar.compiler.inhibition import inhibition
from bursar.compiler.monitoring_target import compile_monitoring_target
from bursar.compiler.notification_channel import compile_notification_channel
from bursar.conventions import FIELD_MANAGER
from bursar.engine.digest import desired_digest, live_digest
from fakes.world import World
from sandbox.control_plane import ControlPlane

pytestmark = pytest.mark.sandbox

GOLDEN = Path(__file__).parents[1] / "golden"
SECRET = {"name": "tokens", "key": "token"}
PLURALS = {
    "ServiceMonitor": "servicemonitors",
    "PodMonitor": "podmonitors",
    "Probe": "probes",
    "ScrapeConfig": "scrapeconfigs",
    "PrometheusRule": "prometheusrules",
    "AlertmanagerConfig": "alertmanagerconfigs",
}


@pytest.mark.parametrize("case", ["service", "pods", "probe", "static", "long-name", "presets"])
def test_the_api_server_answers_a_monitor_as_it_was_asked_for(
    control_plane: ControlPlane, namespace: str, case: str
) -> None:
    document: dict[str, Any] = yaml.safe_load((GOLDEN / "monitoring_target" / case / "input.yaml").read_text())
    target = MonitoringTarget.model_validate(document)
    meta = ObjectMeta(name=target.metadata.name, namespace=namespace, uid=target.metadata.uid)
    for manifest in compile_monitoring_target(target.model_copy(update={"metadata": meta}), World()).apply:
        assert_answered_as_asked_for(control_plane, manifest)


RECEIVERS: dict[str, Any] = {
    "email": {"to": ["a@example.com"], "from": "b@example.com", "smarthost": "smtp.example.com:587"},
    "slack": {"urlSecretRef": SECRET, "channel": "#alerts"},
    "pagerduty": {"routingKeySecretRef": SECRET},
    "webhook": {"url": "http://pager.tools:8080/", "maxAlerts": 10},
    "msteams": {"urlSecretRef": SECRET},
    "opsgenie": {"apiKeySecretRef": SECRET, "responders": [{"type": "team", "name": "shop"}]},
    "discord": {"urlSecretRef": SECRET},
    "telegram": {"botTokenSecretRef": SECRET, "chatID": -100},
}
MUTED = [
    {"name": "weekend", "weekdays": ["saturday", "sunday"], "timeZone": "Europe/Berlin", "severities": ["low"]},
    {"name": "new-year", "daysOfMonth": [1], "months": ["january"]},
]


@pytest.mark.parametrize("kind", RECEIVERS)
def test_the_api_server_answers_a_channel_as_it_was_asked_for(
    control_plane: ControlPlane, namespace: str, kind: str
) -> None:
    meta = {"name": "oncall", "namespace": namespace, "uid": "u"}
    spec = {kind: RECEIVERS[kind], "muteTimes": MUTED}
    channel = NotificationChannel.model_validate({"metadata": meta, "spec": spec})
    (manifest,) = compile_notification_channel(channel, World()).apply
    assert_answered_as_asked_for(control_plane, manifest)


def test_the_api_server_answers_an_inhibition_as_it_was_asked_for(control_plane: ControlPlane, namespace: str) -> None:
    (manifest,) = inhibition(namespace, World())
    assert_answered_as_asked_for(control_plane, manifest)


def assert_answered_as_asked_for(control_plane: ControlPlane, manifest: Mapping[str, Any]) -> None:
    metadata = manifest["metadata"]
    folder = f"/apis/{manifest['apiVersion']}/namespaces/{metadata['namespace']}/{PLURALS[manifest['kind']]}"
    answer = control_plane.api.apply(f"{folder}/{metadata['name']}", manifest, manager=FIELD_MANAGER)
    assert answer["spec"] == manifest["spec"]
    assert live_digest(answer) == desired_digest(manifest)
