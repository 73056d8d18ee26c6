"""From an AlertRule to its firing, on the real Prometheus stack: what the status says at every step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes import shop
from fakes.exposition import Exposition
from fakes.quick import QUICK
from fakes.samples import BURSAR, condition, has, is_ready, target_path
from integration.conftest import StartOperator
from sandbox.binaries import binary
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack

SECONDS = 40.0
DEPTH = "queue_depth"
LOADED = has("RulesLoaded", "True", "Loaded")


@dataclass(frozen=True)
class Place:
    """A namespace with a scraped shop, a queue in it, and rules on both."""

    cluster: Cluster
    stack: PrometheusStack
    namespace: str
    exposition: Exposition

    def path(self, name: str) -> str:
        return f"{BURSAR}/{self.namespace}/alertrules/{name}"

    def eventually(self, name: str, holds: Any) -> Any:
        return self.cluster.api.eventually(self.path(name), holds, seconds=SECONDS)

    def queue(self, depth: float) -> None:
        """Set how much waits in the queue."""
        self.exposition.set(DEPTH, depth)


def rule(namespace: str, name: str, condition: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return shop.resource("AlertRule", namespace, name, {"severity": "high", "condition": condition, **spec})


def promtool_tests(namespace: str) -> list[dict[str, Any]]:
    series = {"series": f'{DEPTH}{{namespace="{namespace}"}}', "values": "0+200x20"}
    expect = [{"at": "5m", "firing": False}, {"at": "7m", "firing": True}]
    return [{"name": "fires above 1000", "series": [series], "expect": expect}]


def depth_above(namespace: str, number: int, *, metric: str = DEPTH) -> dict[str, Any]:
    return {"threshold": {"query": f'sum by (job) ({metric}{{namespace="{namespace}"}})', "above": number}}


@pytest.fixture(scope="module")
def testing_operator(module_operator: StartOperator, stack: PrometheusStack) -> OperatorProcess:
    """One operator for the file, which runs the tests of rules."""
    promtool = str(binary("promtool"))
    return module_operator(prometheus_url=stack.prometheus_url, promtool=promtool, **QUICK)


@pytest.fixture(scope="module")
def place(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, testing_operator: OperatorProcess
) -> Iterator[Place]:
    namespace = module_namespace
    target = shop.shop_target(namespace)
    target["spec"]["alerts"] = [
        {"name": "down", "preset": "TargetDown", "for": "1s"},
        {"name": "pool", "preset": "Saturation", "signal": "connections"},
    ]
    with Exposition(*shop.HEALTHY, DEPTH) as exposition:
        exposition.grow(shop.HEALTHY)
        summary = "Queue of {{ $labels.job }} is at {{ $value | humanize }}"
        deep = rule(namespace, "queue-deep", depth_above(namespace, 1000), summary=summary, **{"for": "2s"})
        deep["spec"] |= {"targetRef": {"name": "shop"}, "tests": promtool_tests(namespace)}
        misspelt = rule(namespace, "misspelt", depth_above(namespace, 1000, metric="queue_dept"))
        both = {"expression": {"promql": f'up{{namespace="{namespace}"}} * on (namespace) {DEPTH} > 0'}}
        ambiguous = rule(namespace, "ambiguous", both)
        pair = [*shop.published(namespace, "shop", exposition.port), target, deep, misspelt, ambiguous]
        control_plane.apply(pair)
        place = Place(control_plane, stack, namespace, exposition)
        place.eventually("queue-deep", LOADED)
        yield place


def test_a_rule_is_loaded_and_inactive_while_all_is_well(place: Place) -> None:
    quiet = place.eventually("queue-deep", lambda found: found["status"].get("state") == "Inactive")
    assert is_ready(quiet)
    assert quiet["status"]["instances"] == 0
    assert "activeSince" not in quiet["status"]
    assert place.eventually("queue-deep", lambda found: "findings" not in found["status"])


def test_the_tests_of_a_rule_are_run(place: Place) -> None:
    place.eventually("queue-deep", has("TestsPassed", "True", "Passed"))


def test_a_metric_that_nobody_has_is_a_finding(place: Place) -> None:
    found = place.eventually("misspelt", lambda found: found["status"].get("findings"))
    assert [finding["code"] for finding in found["status"]["findings"]] == ["unknown-metric"]
    assert "Prometheus has no series of queue_dept;" in found["status"]["findings"][0]["message"]


def test_a_rule_that_fires_says_so_in_its_status_and_in_the_message(place: Place) -> None:
    started = datetime.now(UTC)
    place.queue(5000)
    firing = place.eventually("queue-deep", lambda found: found["status"].get("state") == "Firing")
    assert firing["status"]["instances"] == 1
    since = datetime.fromisoformat(firing["status"]["activeSince"])
    assert started.replace(microsecond=0) <= since <= datetime.fromisoformat(firing["status"]["lastFired"])
    message = place.stack.receiver.wait_for(
        lambda message: message.labels.get("bursar_incident") == "AlertRule/queue-deep", seconds=SECONDS
    )
    assert message.labels == {
        "alertname": "QueueDeep",
        "namespace": place.namespace,
        "job": "shop",
        "severity": "high",
        "team": "storefront",
        "bursar_incident": "AlertRule/queue-deep",
        "bursar_step": "1",
        "bursar_route": "AlertRule/queue-deep/high/1",
        "prometheus": "monitoring/main",
    }
    assert message.annotations["summary"] == "Queue of shop is at 5k"


def test_a_rule_that_is_over_keeps_when_it_fired(place: Place) -> None:
    place.queue(0)
    over = place.eventually("queue-deep", lambda found: found["status"].get("state") == "Inactive")
    assert "lastFired" in over["status"]
    assert over["status"]["instances"] == 0


def test_what_prometheus_says_against_a_rule_is_told(place: Place) -> None:
    second = f'{DEPTH}{{copy="2"}}'
    place.exposition.set(second, 1)
    failed = place.eventually("ambiguous", has("RulesLoaded", "False", "RuleFailed"))
    assert "Prometheus refuses a rule: " in condition(failed, "RulesLoaded")["message"]
    assert failed["status"]["state"] == "Unknown"


def test_the_alerts_of_a_target_are_counted_and_those_without_a_signal_are_named(place: Place) -> None:
    path = target_path(place.namespace, "shop")
    place.cluster.api.eventually(
        path, lambda found: found["status"].get("alerts") == {"firing": 0, "pending": 0}, seconds=SECONDS
    )
    incomplete = place.cluster.api.eventually(path, has("AlertsComplete", "False", "SignalMissing"), seconds=SECONDS)
    message = "spec.alerts[pool]: spec.signals.saturation is empty; add what it shall watch"
    assert condition(incomplete, "AlertsComplete")["message"] == message
    assert is_ready(incomplete)
    place.exposition.stop()
    place.cluster.api.eventually(
        path, lambda found: found["status"]["alerts"] == {"firing": 1, "pending": 0}, seconds=SECONDS
    )
    place.exposition.start_again()
    place.cluster.api.eventually(
        path, lambda found: found["status"]["alerts"] == {"firing": 0, "pending": 0}, seconds=SECONDS
    )
