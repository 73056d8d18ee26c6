"""What the status of a MonitoringTarget says of the world: is it scraped, is it well, what does it expose."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from fakes import shop
from fakes.exposition import LOOPBACK, PROBE_PATH, Exposition
from fakes.samples import condition, has, target_path
from sandbox.cluster import Cluster
from sandbox.endpoints import publish_pod
from sandbox.operator import OperatorProcess
from sandbox.stack import PrometheusStack
from sandbox.web import read

SECONDS = 40.0
ALL_UP = has("TargetsUp", "True", "AllUp")
CHILDREN = {"service": "ServiceMonitor", "pods": "PodMonitor", "probe": "Probe", "static": "ScrapeConfig"}


@dataclass(frozen=True)
class Place:
    """A namespace in which one port is watched in all ways at once, one target for each."""

    cluster: Cluster
    stack: PrometheusStack
    namespace: str
    exposition: Exposition

    def eventually(self, name: str, holds: Any) -> dict[str, Any]:
        path = target_path(self.namespace, name)
        status: dict[str, Any] = self.cluster.api.eventually(path, holds, seconds=SECONDS)["status"]
        return status


@pytest.fixture(scope="module")
def place(
    control_plane: Cluster, stack: PrometheusStack, module_namespace: str, quick_operator: OperatorProcess
) -> Iterator[Place]:
    namespace = module_namespace
    with Exposition(*shop.HEALTHY) as exposition:
        address = f"{LOOPBACK}:{exposition.port}"
        scrapes = {
            "service": shop.service_scrape("service"),
            "pods": {"pods": {"selector": {"matchLabels": {"app": "pods"}}, "endpoints": [{"port": "http"}]}},
            "probe": {"probe": {"prober": address, "path": PROBE_PATH, "targets": ["https://shop.example.com"]}},
            "static": {"static": {"targets": [address]}},
        }
        publish_pod(control_plane, namespace, "pods", exposition.port)
        targets = [shop.shop_target(namespace, name, scrape=scrape) for name, scrape in scrapes.items()]
        control_plane.apply([*shop.published(namespace, "service", exposition.port), *targets])
        yield Place(control_plane, stack, namespace, exposition)


@pytest.mark.parametrize("way", CHILDREN)
def test_a_target_is_counted_however_it_is_watched(place: Place, way: str) -> None:
    status = place.eventually(way, ALL_UP)
    targets = status["targets"]
    assert (targets["active"], targets["up"], targets["summary"]) == (1, 1, "1/1")
    assert not targets["lastError"]
    assert status["objects"] == [{"kind": CHILDREN[way], "name": f"mtgt-{way}"}]
    assert has("Selected", "True", "Selected")({"status": status})


@pytest.mark.parametrize("way", CHILDREN)
def test_the_selector_in_the_status_shows_the_target(place: Place, way: str) -> None:
    selector = place.eventually(way, ALL_UP)["targets"]["selector"]
    metric = "probe_success" if way == "probe" else "up"
    assert selector == f'{metric}{{namespace="{place.namespace}",monitoring_target="{way}"}}'
    answer = json.loads(read(f"{place.stack.prometheus_url}/api/v1/query?query={quote(selector)}"))
    assert [series["value"][1] for series in answer["data"]["result"]] == ["1"]


def test_the_signals_are_found_with_the_kind_and_the_buckets_of_the_histogram(place: Place) -> None:
    status = place.eventually("service", has("SignalsFound", "True", "Found"))
    assert status["signals"]["latency"] == {"kind": "classic", "buckets": ["0.1", "0.3", "1"]}
    assert status["signals"]["requests"]["series"] >= len((shop.OK_EU, shop.BAD_EU, shop.OK_US, shop.BAD_US))


def test_a_signal_that_nobody_exposes_is_named_until_somebody_does(place: Place) -> None:
    signals = {"requests": {"total": "opened_total", "errors": "opened_total"}}
    spec = {"owner": "storefront", "signals": signals}
    place.cluster.apply([shop.resource("MonitoringTarget", place.namespace, "lonely", spec)])
    status = place.eventually("lonely", has("SignalsFound", "False", "NotFound"))
    message = condition({"status": status}, "SignalsFound")["message"]
    assert message == "spec.signals.requests.total: Prometheus has no series opened_total"
    assert has("TargetsUp", "Unknown", "NoScrape")({"status": status})
    place.exposition.grow({"opened_total": 1.0})
    place.eventually("lonely", has("SignalsFound", "True", "Found"))


def test_an_address_that_does_not_answer_is_down_with_the_reason_and_up_again(place: Place) -> None:
    for way in CHILDREN:
        place.eventually(way, ALL_UP)
    place.exposition.stop()
    try:
        for way in CHILDREN:
            status = place.eventually(way, has("TargetsUp", "False", "SomeDown"))
            assert (status["targets"]["summary"], condition({"status": status}, "Ready")["status"]) == ("0/1", "True")
            assert "connection refused" in status["targets"]["lastError"]
            message = condition({"status": status}, "TargetsUp")["message"]
            assert message == f"1 of 1 are down: {status['targets']['lastError']}"
    finally:
        place.exposition.start_again()
    for way in CHILDREN:
        assert not place.eventually(way, ALL_UP)["targets"]["lastError"]
