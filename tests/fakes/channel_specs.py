"""Channels that are refused, and in which words: by the API server and by the models alike."""

from typing import Any

import pytest

from bursar.api.notification_channel import NotificationChannel
from bursar.api.parse import parse_resource
from bursar.conventions import Kind
from bursar.errors import InvalidSpec

REF = {"name": "s", "key": "k"}
MAIL = {"to": ["a@example.com"], "from": "b@example.com", "smarthost": "smtp.example.com:587"}
HOOK = {"webhook": {"url": "http://x"}}
ONE_RECEIVER = "set exactly one of email, slack, pagerduty, webhook, msteams, opsgenie, discord, telegram"
ALWAYS = "without weekdays, times, daysOfMonth or months it would be silent always; set at least one"
BEGINS_NEVER = "no day begins at 24:00; write 00:00"


def muted(**mute: Any) -> dict[str, Any]:
    return {**HOOK, "muteTimes": [{"name": "m", **mute}]}


# What the spec is, where the mistake is, and what is said about it.
REFUSED_BY_BOTH: list[tuple[dict[str, Any], str, str]] = [
    ({}, "spec", ONE_RECEIVER),
    ({**HOOK, "slack": {"urlSecretRef": REF}}, "spec", ONE_RECEIVER),
    ({"webhook": {}}, "spec.webhook", "set exactly one of url, urlSecretRef"),
    ({"webhook": {"url": "http://x", "urlSecretRef": REF}}, "spec.webhook", "set exactly one of url, urlSecretRef"),
    (
        {
            "webhook": {
                **HOOK["webhook"],
                "bearerTokenSecretRef": REF,
                "basicAuth": {"usernameSecretRef": REF, "passwordSecretRef": REF},
            }
        },
        "spec.webhook",
        "set at most one of bearerTokenSecretRef, basicAuth",
    ),
    (
        {"email": {**MAIL, "username": "b"}},
        "spec.email",
        "username and passwordSecretRef belong together; set both or none",
    ),
    (
        {"telegram": {"botTokenSecretRef": REF, "chatID": 0}},
        "spec.telegram.chatID",
        "a chat has a number other than 0; a group's is negative",
    ),
    (muted(), "spec.muteTimes[0]", ALWAYS),
    (muted(weekdays=[]), "spec.muteTimes[0]", ALWAYS),
    (
        muted(times=[{"start": "08:00", "end": "08:00"}]),
        "spec.muteTimes[0].times[0]",
        "start and end are the same time",
    ),
    (muted(times=[{"start": "24:00", "end": "08:00"}]), "spec.muteTimes[0].times[0].start", BEGINS_NEVER),
    (muted(daysOfMonth=[0]), "spec.muteTimes[0].daysOfMonth[0]", "days count from 1, and from -1 for the last one"),
]


def parsed(spec: dict[str, Any]) -> NotificationChannel:
    raw = {"metadata": {"name": "oncall", "namespace": "shop"}, "spec": spec}
    channel = parse_resource(Kind.NOTIFICATION_CHANNEL, raw)
    assert isinstance(channel, NotificationChannel)
    return channel


def findings(spec: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidSpec) as caught:
        parsed(spec)
    return [str(finding) for finding in caught.value.findings]
