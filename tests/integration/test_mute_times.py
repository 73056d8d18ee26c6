"""The silence of a channel, as the real Alertmanager keeps it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bursar.api.mute_times import Month, Weekday
from bursar.api.notification_channel import NotificationChannel
from bursar.compiler.notification_channel import compile_notification_channel
from bursar.conventions import FIELD_MANAGER, Kind
from bursar.domain.routes import Call, Mention
from fakes.channels import SECONDS, alert, wait_loaded
from fakes.world import World
from sandbox.cluster import Cluster
from sandbox.process import wait_until
from sandbox.stack import PrometheusStack
from sandbox.web import read, request

EVERYBODY = Mention(Kind.ALERT_RULE, "rule", Call(("critical", "high", "info", "low", "medium"), 1))
NOW = datetime.now(UTC)
IN_THREE_DAYS = list(Weekday)[(NOW + timedelta(days=3)).weekday()].value
ALWAYS, EVERY_MONTH = [{"start": "00:00", "end": "24:00"}], [month.value for month in Month]
MUTE_TIMES: Mapping[str, list[dict[str, Any]]] = {
    "always": [{"name": "clock", "times": ALWAYS, "timeZone": "Europe/Berlin"}],
    "all-months": [{"name": "dates", "months": EVERY_MONTH, "timeZone": "Asia/Kathmandu"}],
    "low-only": [{"name": "low", "times": ALWAYS, "severities": ["low"]}],
    "another-day": [{"name": "later", "weekdays": [IN_THREE_DAYS], "timeZone": "Pacific/Chatham"}],
}
SILENT = {
    "always": {"critical": ["clock"], "low": ["clock"]},
    "all-months": {"critical": ["dates"], "low": ["dates"]},
    "low-only": {"critical": [], "low": ["low"]},
    "another-day": {"critical": [], "low": []},
}


def manifest(namespace: str, name: str) -> dict[str, Any]:
    spec = {"webhook": {"url": "http://127.0.0.1:9"}, "groupWait": "1s", "muteTimes": MUTE_TIMES[name]}
    channel = NotificationChannel.model_validate({"metadata": {"name": name, "namespace": namespace}, "spec": spec})
    (config,) = compile_notification_channel(channel, World(mentions=(EVERYBODY,), now=NOW)).apply
    return {**config, "metadata": {"name": config["metadata"]["name"], "namespace": namespace}}


@pytest.fixture(scope="module")
def answers(control_plane: Cluster, module_namespace: str) -> dict[str, dict[str, Any]]:
    folder = f"/apis/monitoring.coreos.com/v1alpha1/namespaces/{module_namespace}/alertmanagerconfigs"
    return {
        name: control_plane.api.apply(f"{folder}/nchan-{name}", manifest(module_namespace, name), manager=FIELD_MANAGER)
        for name in MUTE_TIMES
    }


def muted_by(stack: PrometheusStack, namespace: str) -> dict[str, dict[str, list[str]]]:
    """Tell for every channel and severity by which mute times Alertmanager keeps an alert back."""
    told: dict[str, dict[str, list[str]]] = {name: {} for name in MUTE_TIMES}
    for receiver, found in _grouped(stack, namespace):
        told[receiver][found["labels"]["severity"]] = [each.split("/")[2] for each in found["status"]["mutedBy"]]
    return told


def _grouped(stack: PrometheusStack, namespace: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in json.loads(read(f"{stack.alertmanager_url}/api/v2/alerts/groups")):
        owner, _, name = group["receiver"]["name"].split("/") if "/" in group["receiver"]["name"] else ("", "", "")
        if owner == namespace:
            yield from ((name, each) for each in group["alerts"])


@pytest.mark.parametrize("name", MUTE_TIMES)
def test_the_api_server_answers_mute_times_as_they_were_asked_for(
    answers: dict[str, dict[str, Any]], module_namespace: str, name: str
) -> None:
    assert answers[name]["spec"] == manifest(module_namespace, name)["spec"]


def test_alertmanager_keeps_back_what_the_mute_times_say(
    answers: dict[str, dict[str, Any]], stack: PrometheusStack, module_namespace: str
) -> None:
    wait_loaded(stack, module_namespace, list(answers))
    alerts = [
        alert("Muted", {"namespace": module_namespace}, {}, "AlertRule/rule", each) for each in ("critical", "low")
    ]
    url, headers = f"{stack.alertmanager_url}/api/v2/alerts", {"Content-Type": "application/json"}
    assert request("POST", url, body=json.dumps(alerts).encode(), headers=headers).status == 200
    wait_until(
        lambda: muted_by(stack, module_namespace) == SILENT, seconds=SECONDS, what="the right alerts are kept back"
    )
