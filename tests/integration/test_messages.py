"""What people and programs read: each case is sent through the real Alertmanager to each kind of receiver.

The golden files hold what the services were given; `--update-golden` rewrites them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from fakes.channels import ENDED, SERVICES, TOKEN, Post, alert, open_post
from fakes.recorder import Delivered
from sandbox.cluster import Cluster
from sandbox.stack import PrometheusStack

GOLDEN = Path(__file__).parents[1] / "golden" / "notification_channel" / "messages"
AT = "http://alertmanager.example:9093"
HASH, HASHES = "<hash>", {"dedup_key", "fingerprint", "alias"}
INCIDENT = "SLA/checkout/availability"
BURN = {
    "summary": "Checkout answers region=eu: the error budget burns too fast",
    "description": "The budget burns at more than 14.4x over 1h and 5m: 1.62% of the events failed (target 99.9 % over "
    "30d). Left of the budget: 41.2 %. At this rate it lasts 1d 4h 12m 0s.",
    "runbook_url": "https://runbooks.example.com/checkout?from=page&tab=1",
    "dashboard_url": "https://grafana.example.com/d/checkout-3f2a",
}
HOSTILE = (
    'a "b" <!channel> <https://evil.example|x> [x](https://evil.example) '
    "</b><script>alert(1)</script> & *c* `d`\n{{ .E }}"
)


@dataclass(frozen=True)
class Case:
    """Alerts that are sent together, and a text in the message that has them all.

    The first `ending` of them end afterwards; then it is `outcome` that is in the message.
    """

    alerts: Sequence[Mapping[str, Any]]
    marker: str
    ending: int = 0
    outcome: str = ""


def page(name: str) -> dict[str, Any]:
    return alert(name, {"region": "eu", "bursar_group": "eu"}, BURN, INCIDENT)


def queue(name: str, number: int, severity: str = "high") -> dict[str, Any]:
    annotations = {"summary": f"Queue {number:02} is at {number * 100}", "description": "More than 1000 wait."}
    labels = {"queue": f"mail-{number:02}", "bursar_group": f"mail-{number:02}"}
    return alert(name, labels, annotations, "AlertRule/queue", severity)


def hostile() -> dict[str, Any]:
    labels = {"path": HOSTILE, "bursar_group": HOSTILE, "team": HOSTILE}
    annotations = {"summary": HOSTILE, "description": HOSTILE, "runbook_url": "javascript:alert(1)"}
    return alert("Hostile", labels, annotations, "AlertRule/hostile", "low")


CASES = {
    "page": Case([page("ErrorBudgetBurnPage")], "burns too fast"),
    "resolved": Case([page("ErrorBudgetBurnTicket")], "burns too fast", ending=1),
    "five": Case([queue("QueueFive", n, "medium" if n < 3 else "high") for n in range(1, 6)], "5 firing"),
    "sixty": Case([queue("QueueSixty", n) for n in range(1, 61)], "60 firing"),
    "ended-in-part": Case(
        [queue("QueueEnded", n) for n in range(1, 4)], "3 firing", ending=1, outcome="2 firing, 1 resolved"
    ),
    "hostile": Case([hostile()], "evil.example"),
    "bare": Case([alert("NoWords", {}, {}, "AlertRule/no-words", "info")], "NoWords"),
}


@dataclass(frozen=True)
class Deliveries:
    """What each service was given in the end, case by case; each is sent once."""

    post: Post
    _of: dict[str, dict[str, Delivered]] = field(default_factory=dict)

    def of(self, name: str) -> dict[str, Delivered]:
        if name not in self._of:
            case = CASES[name]
            size = len(case.alerts)
            self._of[name] = self.post.send(case.alerts, group=size, marker=case.marker)
            if case.ending:
                ended = case.alerts[: case.ending]
                self._of[name] = self.post.send(ended, group=size, marker=case.outcome, endsAt=ENDED)
        return self._of[name]

    def written(self, case: str, service: str) -> str:
        """Write down what was delivered, without what differs from run to run."""
        text = self.of(case)[service].text.replace(self.post.namespace, "shop")
        address = rf"http://[^/:]+:{self.post.stack.alertmanager_url.rpartition(':')[2]}\b"
        content = _steady(json.loads(re.sub(address, AT, text)))
        return yaml.dump(content, Dumper=_Dumper, allow_unicode=True, width=1000)


def _steady(content: Any) -> Any:
    """Blank out the hashes, which depend on the namespace."""
    if isinstance(content, dict):
        return {name: HASH if name in HASHES else _steady(value) for name, value in content.items()}
    return [_steady(value) for value in content] if isinstance(content, list) else content


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are read."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


@pytest.fixture(scope="module")
def deliveries(control_plane: Cluster, stack: PrometheusStack, module_namespace: str) -> Iterator[Deliveries]:
    with open_post(control_plane, stack, module_namespace) as post:
        yield Deliveries(post)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("case", CASES)
def test_what_is_delivered_is_what_was_reviewed(
    deliveries: Deliveries, case: str, service: str, request: pytest.FixtureRequest
) -> None:
    written = deliveries.written(case, service)
    golden = GOLDEN / case / f"{service}.yaml"
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(written)
    assert written == golden.read_text()


def test_credentials_go_where_the_service_wants_them_and_nowhere_else(deliveries: Deliveries) -> None:
    delivered = deliveries.of("page")
    assert delivered["webhook"].headers["Authorization"] == f"Bearer {TOKEN}"
    assert delivered["opsgenie"].headers["Authorization"] == f"GenieKey {TOKEN}"
    assert delivered["pagerduty"].content["routing_key"] == TOKEN
    assert delivered["telegram"].path == f"/telegram/bot{TOKEN}/sendMessage"
    assert [service for service in SERVICES if TOKEN in delivered[service].text] == ["pagerduty"]
