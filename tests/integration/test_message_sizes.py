"""Whoever can set a label must not be able to keep a message from being taken: services refuse what is too long."""

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.channels import Post, alert, open_post
from fakes.recorder import Delivered
from sandbox.cluster import Cluster
from sandbox.stack import PrometheusStack

FLOOD = "<&\"'>+`*[](" * 200
TAKEN = {
    "slack": 40_000,
    "pagerduty": 512_000,
    "msteams": 28 * 1024,
    "opsgenie": 15_000,
    "discord": 4096,
    "telegram": 4096,
}
"""How many characters of text the services take, and how many bytes in all PagerDuty and Teams."""


def flooded(name: str, number: int) -> dict[str, Any]:
    labels = {f"label_{each}{'x' * 100}": FLOOD for each in range(20)}
    links = dict.fromkeys(("runbook_url", "dashboard_url"), f"https://example.com/{'+&' * 140}")
    words = dict.fromkeys(("summary", "description"), f"the {FLOOD}")
    group = f"{number}{'+' * (198 if number else 5000)}"
    identity = {"team": FLOOD, "bursar_group": group, "number": str(number)}
    return alert(name, {**labels, **identity}, {**links, **words}, "AlertRule/flood", "low")


def text_of(delivered: Delivered) -> str:
    """The text that a service limits, or all that it was sent."""
    match delivered.service:
        case "slack":
            return str(delivered.content["attachments"][0]["text"])
        case "discord":
            return str(delivered.content["embeds"][0]["description"])
        case "opsgenie":
            return str(delivered.content["description"])
        case "telegram":
            return str(delivered.content["text"])
        case _:
            return delivered.raw


@pytest.fixture(scope="module")
def post(control_plane: Cluster, stack: PrometheusStack, module_namespace: str) -> Iterator[Post]:
    with open_post(control_plane, stack, module_namespace) as opened:
        yield opened


@pytest.fixture(scope="module", params=[1, 12])
def flood(post: Post, request: pytest.FixtureRequest) -> dict[str, Delivered]:
    alerts = [flooded(f"Flood{request.param}", number) for number in range(request.param)]
    return post.send(alerts, group=request.param, marker="the " if request.param == 1 else "12 firing")


def test_whatever_is_in_the_labels_the_services_take_the_message(flood: dict[str, Delivered]) -> None:
    assert {service: limit for service, limit in TAKEN.items() if len(text_of(flood[service])) > limit} == {}


def test_a_message_to_telegram_is_not_cut_within_its_markup(flood: dict[str, Delivered]) -> None:
    text = text_of(flood["telegram"])
    assert text.endswith(("</a>", "more firing"))
    assert text.count("<b>") == text.count("</b>") > 0
    assert text.count("<a ") == text.count("</a>")
