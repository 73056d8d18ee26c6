"""How a channel becomes a receiver of Alertmanager; what people read is in tests/integration/test_messages.py."""

from typing import Any

import pytest

from bursar.api.fields import SecretRef
from bursar.api.notification_channel import NotificationChannelSpec
from bursar.compiler.receivers import receiver, secrets

REF = {"name": "s", "key": "k"}
MAIL = {"to": ["a@example.com", "b@example.com"], "from": "c@example.com", "smarthost": "smtp.example.com:587"}


def spec(**written: Any) -> NotificationChannelSpec:
    return NotificationChannelSpec.model_validate(written)


def configuration(**written: Any) -> dict[str, Any]:
    built = dict(receiver(spec(**written), "oncall"))
    assert built.pop("name") == "oncall"
    ((only,),) = built.values()
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"email": MAIL}, "emailConfigs"),
        ({"slack": {"urlSecretRef": REF}}, "slackConfigs"),
        ({"pagerduty": {"routingKeySecretRef": REF}}, "pagerdutyConfigs"),
        ({"webhook": {"url": "http://x"}}, "webhookConfigs"),
        ({"msteams": {"urlSecretRef": REF}}, "msteamsv2Configs"),
        ({"opsgenie": {"apiKeySecretRef": REF}}, "opsgenieConfigs"),
        ({"discord": {"urlSecretRef": REF}}, "discordConfigs"),
        ({"telegram": {"botTokenSecretRef": REF, "chatID": 1}}, "telegramConfigs"),
    ],
)
def test_a_channel_is_one_integration_of_one_receiver(written: dict[str, Any], kind: str) -> None:
    assert receiver(spec(**written), "oncall").keys() == {"name", kind}


@pytest.mark.parametrize("told", [True, False])
def test_the_end_of_an_alert_is_told_as_the_channel_says(told: bool) -> None:
    assert configuration(webhook={"url": "http://x"}, sendResolved=told)["sendResolved"] is told


def test_a_plain_webhook_has_nothing_but_its_url() -> None:
    assert configuration(webhook={"url": "http://x"}) == {"sendResolved": True, "url": "http://x"}


def test_a_webhook_may_want_a_token_or_a_password() -> None:
    token = configuration(webhook={"url": "http://x", "bearerTokenSecretRef": REF})
    assert token["httpConfig"] == {"authorization": {"type": "Bearer", "credentials": REF}}
    basic = {"usernameSecretRef": REF, "passwordSecretRef": {"name": "s", "key": "p"}}
    password = configuration(webhook={"urlSecretRef": REF, "basicAuth": basic})
    assert password["httpConfig"] == {"basicAuth": {"username": REF, "password": {"name": "s", "key": "p"}}}


def test_a_mail_goes_to_all_in_one_header() -> None:
    mail = configuration(email=MAIL)
    assert (mail["to"], mail["from"], mail["requireTLS"]) == ("a@example.com, b@example.com", "c@example.com", True)


def test_a_user_of_opsgenie_is_known_by_user_name() -> None:
    responders = [{"type": "team", "name": "payments"}, {"type": "user", "name": "ann"}]
    written = configuration(opsgenie={"apiKeySecretRef": REF, "responders": responders})
    assert written["responders"] == [{"type": "team", "name": "payments"}, {"type": "user", "username": "ann"}]


def test_all_secrets_of_a_receiver_are_named() -> None:
    basic = {"usernameSecretRef": {"name": "a", "key": "user"}, "passwordSecretRef": {"name": "a", "key": "password"}}
    channel = spec(webhook={"urlSecretRef": REF, "basicAuth": basic})
    assert secrets(channel) == (
        SecretRef(name="s", key="k"),
        SecretRef(name="a", key="user"),
        SecretRef(name="a", key="password"),
    )


def test_a_channel_without_credentials_needs_no_secret() -> None:
    assert secrets(spec(webhook={"url": "http://x"})) == ()
