"""Acknowledging by hand, on the real Alertmanager: who is told, who is not, and what survives."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bursar.cli import main
from sandbox.alertmanager import Alertmanager
from sandbox.receiver import Receiver
from sandbox.web import read

SECONDS = 20.0
AVAILABILITY = "SLA/checkout/availability"
LATENCY = "SLA/checkout/latency"
EQUAL = ["namespace", "bursar_incident", "bursar_group"]
Labels = Mapping[str, str]


def step(
    number: int, incident: str = AVAILABILITY, *, namespace: str = "shop", group: str = "", name: str = "Page"
) -> Labels:
    labels = {"alertname": name, "namespace": namespace, "bursar_incident": incident, "bursar_step": str(number)}
    return labels | ({"bursar_group": group} if group else {})


def configuration(url: str) -> dict[str, Any]:
    """Each step has a receiver, and a page stands in for a ticket of the same incident, as in what Bursar generates."""
    numbers = range(1, 4)
    routes = [{"receiver": f"step-{number}", "matchers": [f'bursar_step="{number}"']} for number in numbers]
    hooks = [{"url": url, "send_resolved": True}]
    inhibition = {"source_matchers": ["alertname=Page"], "target_matchers": ["alertname=Ticket"], "equal": EQUAL}
    pace = {"group_by": ["..."], "group_wait": "1s", "group_interval": "1s"}
    return {
        "route": {"receiver": "step-1", **pace, "routes": routes},
        "receivers": [{"name": f"step-{number}", "webhook_configs": hooks} for number in numbers],
        "inhibit_rules": [inhibition],
    }


class Desk:
    """An Alertmanager, what it delivers, and a person who acknowledges."""

    def __init__(self, alertmanager: Alertmanager, receiver: Receiver) -> None:
        self.alertmanager = alertmanager
        self.receiver = receiver

    def run(self, command: str, subject: str, *options: str, namespace: str = "shop") -> str:
        result = self.attempt(command, subject, *options, namespace=namespace)
        assert result.exit_code == 0, result.output
        return str(result.output)

    def ack(self, subject: str, *options: str, duration: str = "2h", namespace: str = "shop") -> str:
        return self.run("ack", subject, "--for", duration, "--by", "ada", *options, namespace=namespace)

    def attempt(self, command: str, subject: str, *options: str, namespace: str = "shop") -> Any:
        place = ["--namespace", namespace, "--alertmanager", self.alertmanager.url]
        return CliRunner().invoke(main, [command, subject, *place, *options])

    @property
    def muted(self) -> list[Labels]:
        """What is silenced now, by what Alertmanager says of every alert."""
        alerts = json.loads(read(f"{self.alertmanager.url}/api/v2/alerts"))
        return [alert["labels"] for alert in alerts if alert["status"]["silencedBy"]]

    @property
    def silences(self) -> list[Mapping[str, Any]]:
        """The silences that hold."""
        known = json.loads(read(f"{self.alertmanager.url}/api/v2/silences"))
        return [silence for silence in known if silence["status"]["state"] == "active"]

    def told(self, labels: Labels, status: str = "firing") -> int:
        """How often somebody was told so."""
        return sum(message.labels == labels and message.status == status for message in self.receiver.messages)

    def wait_until_told(self, labels: Labels, status: str = "firing") -> None:
        self.receiver.wait_for(lambda message: message.labels == labels and message.status == status, seconds=SECONDS)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    receiver = Receiver()
    with Alertmanager(tmp_path, configuration(receiver.url)) as alertmanager:
        yield Desk(alertmanager, receiver)
    receiver.stop()


def test_an_acknowledged_incident_is_not_escalated_and_its_end_is_told_once(desk: Desk) -> None:
    desk.alertmanager.fire(step(1))
    desk.wait_until_told(step(1))
    desk.ack("sla/checkout/availability")
    desk.alertmanager.fire(step(2))
    desk.alertmanager.fire(step(2, LATENCY))
    desk.wait_until_told(step(2, LATENCY))
    assert desk.told(step(2)) == 0
    desk.alertmanager.fire(step(1), step(2), resolved=True)
    desk.wait_until_told(step(1), "resolved")
    desk.alertmanager.fire(step(2, LATENCY), resolved=True)
    desk.wait_until_told(step(2, LATENCY), "resolved")
    assert (desk.told(step(1)), desk.told(step(1), "resolved"), desk.told(step(2), "resolved")) == (1, 1, 0)


def test_an_acknowledged_page_still_stands_in_for_the_ticket_and_the_ticket_escalates_no_more_either(
    desk: Desk,
) -> None:
    ticket, later = step(1, name="Ticket"), step(2, name="Ticket")
    desk.alertmanager.fire(step(1), step(2))
    desk.ack("sla/checkout/availability")
    desk.alertmanager.fire(ticket, later)
    desk.alertmanager.fire(step(2, LATENCY))
    desk.wait_until_told(step(2, LATENCY))
    assert desk.told(ticket) == 0
    desk.alertmanager.fire(step(1), step(2), resolved=True)
    desk.wait_until_told(ticket)
    assert (desk.told(step(2)), desk.told(later)) == (0, 0)


def test_an_acknowledgement_mutes_nothing_but_the_escalation_of_its_own_incident(desk: Desk) -> None:
    near = [
        step(1),
        step(2, LATENCY),
        step(2, "SLA/checkout-eu/availability"),
        step(2, "AlertRule/checkout/availability"),
        step(2, namespace="search"),
        step(2, group="eu"),
    ]
    desk.alertmanager.fire(step(2), step(3), *near)
    assert desk.ack("sla/checkout/availability", "--group", "").startswith(
        f"{AVAILABILITY}: acknowledged by ada until "
    )
    assert sorted(labels["bursar_step"] for labels in desk.muted) == ["2", "3"]
    assert not [labels for labels in desk.muted if labels in near]


def test_without_a_group_all_that_fire_are_acknowledged_and_with_one_only_that(desk: Desk) -> None:
    desk.alertmanager.fire(step(2), step(2, group="eu"), step(2, group="us"))
    desk.ack("sla/checkout/availability", "--group", "eu")
    assert desk.muted == [step(2, group="eu")]
    desk.ack("sla/checkout/availability")
    assert len(desk.muted) == 3
    desk.run("unack", "sla/checkout/availability", "--group", "eu")
    assert step(2, group="eu") not in desk.muted
    assert len(desk.muted) == 2


def test_a_resource_without_a_part_is_acknowledged_with_all_that_fires_but_not_with_what_comes_later(
    desk: Desk,
) -> None:
    desk.alertmanager.fire(step(2), step(2, LATENCY))
    said = desk.ack("slas/checkout")
    assert [line.split(":")[0] for line in said.splitlines()] == [AVAILABILITY, LATENCY]
    desk.alertmanager.fire(step(2, "SLA/checkout/jobs"))
    assert step(2, "SLA/checkout/jobs") not in desk.muted
    assert len(desk.muted) == 2


def test_a_name_means_itself_and_not_what_it_would_as_a_pattern(desk: Desk) -> None:
    meant, other = step(2, "AlertRule/queue-deep.v2"), step(2, "AlertRule/queue-deep-v2")
    desk.alertmanager.fire(meant, other)
    desk.ack("arule/queue-deep.v2")
    assert desk.muted == [meant]


def test_to_acknowledge_again_extends_the_one_silence_that_there_is(desk: Desk) -> None:
    desk.alertmanager.fire(step(2))
    desk.ack("sla/checkout/availability", duration="10m")
    (first,) = desk.silences
    desk.ack("sla/checkout/availability", "--comment", "rolled back", duration="4h")
    (second,) = desk.silences
    assert second["id"] == first["id"]
    assert second["endsAt"] > first["endsAt"]
    assert second["comment"] == "rolled back"


def test_an_acknowledgement_survives_a_restart_of_alertmanager_and_is_extended_after_it(desk: Desk) -> None:
    desk.alertmanager.fire(step(2))
    desk.ack("sla/checkout/availability")
    (before,) = desk.silences
    desk.alertmanager.stop()
    desk.alertmanager.start()
    desk.alertmanager.fire(step(2))
    assert desk.muted == [step(2)]
    desk.ack("sla/checkout/availability", duration="4h")
    assert [silence["id"] for silence in desk.silences] == [before["id"]]


def test_an_acknowledgement_that_is_taken_back_lets_escalation_go_on(desk: Desk) -> None:
    desk.alertmanager.fire(step(1))
    desk.ack("sla/checkout/availability")
    desk.alertmanager.fire(step(2))
    assert desk.muted == [step(2)]
    assert desk.run("unack", "sla/checkout") == f"{AVAILABILITY}: no longer acknowledged\n"
    assert desk.silences == []
    desk.wait_until_told(step(2))
    assert desk.run("unack", "sla/checkout") == "nothing of SLA/checkout in namespace shop is acknowledged\n"


def test_a_silence_of_another_making_stays(desk: Desk) -> None:
    desk.alertmanager.fire(step(2))
    desk.ack("sla/checkout/availability")
    desk.run("unack", "sla/checkout/latency")
    desk.run("unack", "sla/checkout/availability", namespace="search")
    assert len(desk.silences) == 1


def test_what_does_not_fire_cannot_be_acknowledged(desk: Desk) -> None:
    desk.alertmanager.fire(step(1, namespace="search"))
    refused = desk.attempt("ack", "sla/checkout/availability", "--for", "1h")
    assert refused.exit_code == 1
    assert "nothing of SLA/checkout/availability in namespace shop fires" in refused.output
    assert desk.silences == []
