"""Every receiver that can be written is what the API server, prometheus-operator and Alertmanager take as it is."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from bursar.conventions import FIELD_MANAGER
from fakes.channels import channel_config, secret, secret_of, wait_loaded
from sandbox.cluster import Cluster
from sandbox.stack import PrometheusStack
from sandbox.web import read

NOWHERE = "http://127.0.0.1:9"
MAIL = {"to": ["a@example.com"], "from": "b@example.com", "smarthost": "smtp.example.com:587"}
CHANNELS: Mapping[str, Mapping[str, Any]] = {
    "mail": {"email": MAIL},
    "mail-with-password": {"email": {**MAIL, "username": "b", "passwordSecretRef": secret("token")}},
    "slack": {"slack": {"urlSecretRef": secret("slack")}},
    "pagerduty": {"pagerduty": {"routingKeySecretRef": secret("token")}},
    "webhook": {"webhook": {"url": f"{NOWHERE}/hook?to=us"}, "sendResolved": False},
    "webhook-of-a-secret": {
        "webhook": {
            "urlSecretRef": secret("webhook"),
            "basicAuth": {"usernameSecretRef": secret("token"), "passwordSecretRef": secret("token")},
            "maxAlerts": 10,
        }
    },
    "webhook-with-token": {"webhook": {"url": NOWHERE, "bearerTokenSecretRef": secret("token")}},
    "msteams": {"msteams": {"urlSecretRef": secret("msteams")}},
    "opsgenie": {
        "opsgenie": {
            "apiKeySecretRef": secret("token"),
            "url": "https://api.eu.opsgenie.com/",
            "responders": [{"type": kind, "name": "x"} for kind in ("team", "user", "schedule", "escalation")],
        }
    },
    "opsgenie-alone": {"opsgenie": {"apiKeySecretRef": secret("token")}},
    "discord": {"discord": {"urlSecretRef": secret("discord")}},
    "telegram": {"telegram": {"botTokenSecretRef": secret("token"), "chatID": 42}},
    "telegram-topic": {"telegram": {"botTokenSecretRef": secret("token"), "chatID": -42, "topicID": 3}},
}
Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def configs(module_namespace: str) -> dict[str, Manifest]:
    return {name: channel_config(module_namespace, name, spec) for name, spec in CHANNELS.items()}


@pytest.fixture(scope="module")
def answers(control_plane: Cluster, module_namespace: str, configs: dict[str, Manifest]) -> dict[str, Manifest]:
    control_plane.apply([secret_of(module_namespace, NOWHERE)])
    folder = f"/apis/monitoring.coreos.com/v1alpha1/namespaces/{module_namespace}/alertmanagerconfigs"
    return {
        name: control_plane.api.apply(f"{folder}/nchan-{name}", config, manager=FIELD_MANAGER)
        for name, config in configs.items()
    }


@pytest.fixture(scope="module")
def loaded(stack: PrometheusStack, module_namespace: str, answers: dict[str, Manifest]) -> dict[str, dict[str, Any]]:
    """What Alertmanager runs with, receiver by receiver."""
    wait_loaded(stack, module_namespace, list(answers))
    configuration = yaml.safe_load(
        yaml.safe_load(read(f"{stack.alertmanager_url}/api/v2/status"))["config"]["original"]
    )
    return {each["name"].rpartition("/")[2]: each for each in configuration["receivers"]}


@pytest.mark.parametrize("name", CHANNELS)
def test_the_api_server_answers_a_receiver_as_it_was_asked_for(
    configs: dict[str, Manifest], answers: dict[str, Manifest], name: str
) -> None:
    assert answers[name]["spec"] == configs[name]["spec"]


def test_alertmanager_runs_with_all_of_them(loaded: dict[str, Any]) -> None:
    assert loaded.keys() >= CHANNELS.keys()


def test_mail_is_sent_with_starttls_unless_the_channel_says_no(loaded: dict[str, Any]) -> None:
    assert loaded["mail"]["email_configs"][0]["require_tls"] is True


def test_a_mail_server_may_ask_for_a_password_or_for_a_secret(loaded: dict[str, Any]) -> None:
    mail = loaded["mail-with-password"]["email_configs"][0]
    assert (mail["auth_username"], mail["auth_password"], mail["auth_secret"]) == ("b", "<secret>", "<secret>")


def test_the_end_of_an_alert_is_told_unless_the_channel_says_no(loaded: dict[str, Any]) -> None:
    told = {name: loaded[name][f"{kind}_configs"][0]["send_resolved"] for name, kind in RESOLVED.items()}
    assert told == {"slack": True, "webhook": False}


RESOLVED = {"slack": "slack", "webhook": "webhook"}
