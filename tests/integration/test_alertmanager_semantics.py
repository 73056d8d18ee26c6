"""What routes and inhibition rely on in Alertmanager, and why they are not otherwise: on a real one."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bursar.compiler.inhibition import inhibition
from bursar.conventions import Kind
from bursar.domain.routes import Call, Mention, expression
from fakes.world import World
from sandbox.alertmanager import Alertmanager
from sandbox.process import wait_until
from sandbox.receiver import Receiver
from sandbox.web import request

pytestmark = pytest.mark.sandbox

SECONDS = 20.0
INCIDENT = {"namespace": "shop", "bursar_incident": "SLA/cart/up", "bursar_group": "eu"}
PAGE = {**INCIDENT, "alertname": "ErrorBudgetBurnPage", "bursar_step": "1", "bursar_route": "SLA/cart/up/critical/1"}
PAGE_LATER = {**PAGE, "bursar_step": "2", "bursar_route": "SLA/cart/up/critical/2"}
TICKET = {**PAGE, "alertname": "ErrorBudgetBurnTicket", "bursar_route": "SLA/cart/up/high/1"}
TICKET_ELSEWHERE = {**TICKET, "bursar_group": "us"}
SENTINEL = {"namespace": "shop", "alertname": "Sentinel", "bursar_route": "SLA/cart/up/low/1"}

Labels = Mapping[str, str]


def naming(*names: str) -> str:
    return expression(Mention(Kind.SLA, name, Call(("critical", "high", "low"), 1)) for name in names)


def rules() -> list[dict[str, Any]]:
    """The inhibition of the namespace, in Alertmanager's own words."""
    (manifest,) = inhibition("shop", World())
    sides = {"source_matchers": "sourceMatch", "target_matchers": "targetMatch"}
    return [
        {**{side: [written(each) for each in rule[match]] for side, match in sides.items()}, "equal": rule["equal"]}
        for rule in manifest["spec"]["inhibitRules"]
    ]


def written(matcher: Mapping[str, str]) -> str:
    return f'{matcher["name"]}{matcher["matchType"]}"{matcher["value"]}"'


class Told:
    """An Alertmanager with a channel for step 1, one for step 2, and a receiver that takes what both are told."""

    def __init__(self, folder: Path, *, inhibit: list[dict[str, Any]] | None = None) -> None:
        self.receiver = Receiver()
        self.inhibit = inhibit or []
        self.folder = folder
        self.alertmanager = Alertmanager(folder, self.configuration(naming("cart")))

    def configuration(self, first: str) -> dict[str, Any]:
        quick = {"group_by": ["..."], "group_wait": "1s", "group_interval": "1s"}
        hooks = [{"url": self.receiver.url, "send_resolved": True}]
        routes = [
            {"receiver": name, "continue": True, "matchers": ['namespace="shop"', f'bursar_route=~"{matched}"']}
            for name, matched in (("oncall", first), ("lead", "SLA/cart/[^/]+/critical/2"))
        ]
        return {
            "route": {"receiver": "root", **quick, "repeat_interval": "4h", "routes": routes},
            "receivers": [{"name": name, "webhook_configs": hooks} for name in ("root", "oncall", "lead")],
            "inhibit_rules": self.inhibit,
        }

    def reload(self, first: str) -> None:
        """Give the first channel's route another expression."""
        (self.folder / "alertmanager.yaml").write_text(yaml.safe_dump(self.configuration(first)))
        assert request("POST", f"{self.alertmanager.url}/-/reload").status == 200

    def messages(self, labels: Labels) -> list[str]:
        """What was said of an alert, oldest first."""
        return [message.status for message in self.receiver.messages if message.labels == labels]

    def wait_for(self, labels: Labels, *statuses: str) -> None:
        wait_until(lambda: self.messages(labels) == list(statuses), seconds=SECONDS, what=f"{statuses} are said")

    def wait_for_a_flush(self, number: int) -> None:
        """Wait until an alert that began after everything else is said: by then that is said as well, or never."""
        sentinel = {**SENTINEL, "number": str(number)}
        self.alertmanager.fire(sentinel)
        self.wait_for(sentinel, "firing")
        self.alertmanager.fire(sentinel, resolved=True)
        self.wait_for(sentinel, "firing", "resolved")


@pytest.fixture
def told(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Told]:
    told = Told(tmp_path / "alertmanager", inhibit=getattr(request, "param", None))
    with told.alertmanager:
        yield told
    told.receiver.stop()


def test_a_reload_that_leaves_a_route_as_it_was_says_nothing_again(told: Told) -> None:
    told.alertmanager.fire(PAGE)
    told.wait_for(PAGE, "firing")
    told.reload(naming("cart"))
    told.wait_for_a_flush(1)
    told.wait_for_a_flush(2)
    assert told.messages(PAGE) == ["firing"]


def test_what_fires_is_said_once_more_when_another_resource_joins_its_channel_and_resolved_once(told: Told) -> None:
    told.alertmanager.fire(PAGE)
    told.wait_for(PAGE, "firing")
    told.reload(naming("cart", "checkout"))
    told.wait_for(PAGE, "firing", "firing")
    told.alertmanager.fire(PAGE, resolved=True)
    told.wait_for(PAGE, "firing", "firing", "resolved")


@pytest.mark.parametrize("told", [rules()], indirect=True, ids=["inhibited"])
def test_while_a_page_fires_the_ticket_of_its_group_is_not_told_and_that_of_another_group_is(told: Told) -> None:
    told.alertmanager.fire(PAGE)
    told.wait_for(PAGE, "firing")
    told.alertmanager.fire(TICKET, TICKET_ELSEWHERE)
    told.wait_for(TICKET_ELSEWHERE, "firing")
    told.wait_for_a_flush(1)
    assert told.messages(TICKET) == []
    told.alertmanager.fire(PAGE, resolved=True)
    told.wait_for(TICKET, "firing")


@pytest.mark.parametrize("told", [rules()], indirect=True, ids=["inhibited"])
def test_whoever_was_told_first_hears_of_the_end_though_a_later_step_fires_still(told: Told) -> None:
    told.alertmanager.fire(PAGE, PAGE_LATER)
    told.wait_for(PAGE_LATER, "firing")
    told.alertmanager.fire(PAGE, resolved=True)
    told.wait_for(PAGE, "firing", "resolved")


STEPS = [{"source_matchers": ['bursar_step="2"'], "target_matchers": ['bursar_step="1"'], "equal": [*INCIDENT]}]


@pytest.mark.parametrize("told", [STEPS], indirect=True, ids=["steps-inhibited"])
def test_a_step_that_kept_the_one_before_it_quiet_would_hide_its_end(told: Told) -> None:
    told.alertmanager.fire(PAGE)
    told.wait_for(PAGE, "firing")
    told.alertmanager.fire(PAGE_LATER)
    told.wait_for(PAGE_LATER, "firing")
    told.alertmanager.fire(PAGE, resolved=True)
    told.wait_for_a_flush(1)
    told.alertmanager.fire(PAGE_LATER, resolved=True)
    told.wait_for(PAGE_LATER, "firing", "resolved")
    told.wait_for_a_flush(2)
    assert told.messages(PAGE) == ["firing"]
