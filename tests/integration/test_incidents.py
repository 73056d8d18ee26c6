"""What a person hears of an incident, by a real Alertmanager: which alerts fire and clear, the golden tables say.

Alertmanager is told of one change after the other, without the time between; the order alone decides who hears what.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from typing import Any

import pytest

from fakes import shop
from fakes.samples import has
from firing.alerts import AlertName
from firing.golden import FILES
from firing.theory import Episode
from integration.conftest import StartOperator
from sandbox.cluster import Cluster
from sandbox.receiver import Receiver
from sandbox.stack import PrometheusStack
from sandbox.web import request

SECONDS = 60.0
LIFETIME = timedelta(hours=1)
TARGET, WINDOW = "99.9", timedelta(days=30)
PAGE, TICKET, NO_DATA = "ErrorBudgetBurnPage", "ErrorBudgetBurnTicket", "ErrorBudgetNoData"
NAMES = {AlertName.PAGE: PAGE, AlertName.TICKET: TICKET, AlertName.NO_DATA: NO_DATA}
FIRING, RESOLVED = "firing", "resolved"
RULES = "/apis/monitoring.coreos.com/v1/namespaces"

HEARD: dict[str, list[tuple[str, str]]] = {
    "100 % for 10 minutes": [(PAGE, FIRING), (PAGE, RESOLVED), (TICKET, FIRING), (TICKET, RESOLVED)],
    "2 % for 3 hours": [(PAGE, FIRING), (PAGE, RESOLVED)],
    "1 % for 12 hours": [(PAGE, FIRING), (PAGE, RESOLVED), (TICKET, FIRING), (TICKET, RESOLVED)],
    "0.4 % for 2 days": [(TICKET, FIRING), (TICKET, RESOLVED)],
    "100 % for 60 seconds": [(PAGE, FIRING), (PAGE, RESOLVED)],
    "50 % for 20 minutes, then telemetry is lost for 8 hours": [
        (PAGE, FIRING),
        (NO_DATA, FIRING),
        (PAGE, RESOLVED),
        (NO_DATA, RESOLVED),
    ],
    "cold start: on plan, at a burn of 0.99": [],
    "escalation: a burn of 4, then 40, then 4": [
        (TICKET, FIRING),
        (PAGE, FIRING),
        (PAGE, RESOLVED),
        (TICKET, RESOLVED),
    ],
    "flapping: 100 % for a minute, 12 times, every quarter of an hour": [
        *[(PAGE, FIRING), (PAGE, RESOLVED)] * 3,
        (TICKET, FIRING),
        (TICKET, RESOLVED),
    ],
}
INCIDENTS = {f"incident-{number}": name for number, name in enumerate(HEARD)}

Change = tuple[float, str, str]
"""Minute, alert and what becomes of it."""


def changes(incident: str) -> list[list[Change]]:
    """What happens to the alerts, minute by minute, as the table of the incident has it."""
    table = next(file for file in FILES if file.name == "30d")
    found = [
        change
        for row in table.rows()
        if (row.incident, row.target) == (incident, TARGET) and row.alert in NAMES
        for episode in row.measured
        for change in (
            (episode.onset, NAMES[row.alert], FIRING),
            (cleared(episode), NAMES[row.alert], RESOLVED),
        )
    ]
    return [list(together) for _, together in groupby(sorted(found), key=lambda change: change[0])]


def cleared(episode: Episode) -> float:
    assert episode.clearance is not None
    return episode.clearance


@dataclass(frozen=True)
class OnCall:
    """A namespace with an SLA for each incident, and Alertmanager's view of it."""

    alertmanager: str
    receiver: Receiver
    marks: Receiver
    labels: Mapping[tuple[str, str], Mapping[str, str]]
    mark: Mapping[str, str]
    numbers: "count[int]"

    def tell(self, *alerts: tuple[Mapping[str, str], str]) -> None:
        now = datetime.now(UTC)
        body = [
            {"labels": dict(labels), "endsAt": (now if status == RESOLVED else now + LIFETIME).isoformat()}
            for labels, status in alerts
        ]
        headers = {"Content-Type": "application/json"}
        answer = request("POST", f"{self.alertmanager}/api/v2/alerts", body=json.dumps(body).encode(), headers=headers)
        assert answer.status == 200, answer.text

    def settle(self) -> None:
        """Wait for two messages one after the other, which are sent as late as any of what was told before."""
        for _ in range(2):
            number = str(next(self.numbers))
            self.tell(({**self.mark, "number": number}, FIRING))
            self.marks.wait_for(lambda message, wanted=number: message.labels["number"] == wanted, seconds=SECONDS)  # type: ignore[misc]

    def heard(self, sla: str) -> list[tuple[str, str]]:
        return [
            (message.labels["alertname"], message.status)
            for message in self.receiver.messages
            if message.labels["bursar_incident"] == f"SLA/{sla}/availability"
        ]


@pytest.fixture(scope="module")
def on_call(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, module_operator: StartOperator
) -> Iterator[OnCall]:
    receiver, marks = Receiver(), Receiver()
    module_operator(alertmanager_url=stack.alertmanager_url, refresh_interval="1s")
    at_once = {"groupWait": "1s", "groupInterval": "1s"}
    channels = [
        shop.resource(
            "NotificationChannel", module_namespace, name, {"webhook": {"url": each.url}, **at_once, **grouping}
        )
        for name, each, grouping in (("oncall", receiver, {}), ("marks", marks, {"groupBy": ["..."]}))
    ]
    control_plane.apply([*channels, _mark(module_namespace), *(_sla(module_namespace, sla) for sla in INCIDENTS)])
    for name in ("oncall", "marks"):
        path = f"/apis/bursar.dev/v1alpha1/namespaces/{module_namespace}/notificationchannels/{name}"
        control_plane.api.eventually(path, has("RouteLoaded", "True", "Loaded"), seconds=SECONDS)
    labels = {
        (sla, rule["alert"]): {"alertname": rule["alert"], **rule["labels"]}
        for sla in INCIDENTS
        for rule in _alerts(control_plane, module_namespace, f"sla-{sla}")
    }
    (mark,) = _alerts(control_plane, module_namespace, "arule-mark")
    yield OnCall(
        stack.alertmanager_url, receiver, marks, labels, {"alertname": mark["alert"], **mark["labels"]}, count()
    )
    receiver.stop()
    marks.stop()


def _sla(namespace: str, name: str) -> dict[str, Any]:
    ratio = {"bad": f'nothing_total{{name="{name}",code="500"}}', "total": f'nothing_total{{name="{name}"}}'}
    objective = {"name": "availability", "target": float(TARGET), "indicator": {"ratio": ratio}}
    return shop.resource("SLA", namespace, name, {"objectives": [objective], "notify": [{"channels": ["oncall"]}]})


def _mark(namespace: str) -> dict[str, Any]:
    condition = {"threshold": {"query": "nothing_at_all", "above": 1}}
    return shop.resource(
        "AlertRule",
        namespace,
        "mark",
        {"severity": "info", "condition": condition, "notify": [{"channels": ["marks"]}]},
    )


def _alerts(cluster: Cluster, namespace: str, rule: str) -> list[dict[str, Any]]:
    found = cluster.api.get(f"{RULES}/{namespace}/prometheusrules/{rule}")
    return [each for group in found["spec"]["groups"] for each in group["rules"] if "alert" in each]


@pytest.fixture(scope="module")
def told(on_call: OnCall) -> OnCall:
    """Alertmanager after all incidents, which have happened at the same time."""
    left = {sla: changes(incident) for sla, incident in INCIDENTS.items()}
    while any(left.values()):
        now = [(sla, change) for sla, rest in left.items() if rest for change in rest.pop(0)]
        on_call.tell(*((on_call.labels[sla, alert], status) for sla, (_, alert, status) in now))
        on_call.settle()
    return on_call


@pytest.mark.parametrize("sla", INCIDENTS, ids=INCIDENTS.values())
def test_an_incident_is_heard_of_in_this_order(told: OnCall, sla: str) -> None:
    assert told.heard(sla) == HEARD[INCIDENTS[sla]]
