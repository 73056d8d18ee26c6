"""Prometheus away, slow or answering garbage: the last books stay, say how old they are, and heal by themselves."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from fakes import shop
from fakes.between import Answer, Between
from fakes.exposition import Exposition
from fakes.quick import QUICK
from fakes.samples import condition, has, is_ready, sla_path, target_path
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until
from sandbox.stack import PrometheusStack

SECONDS = 60.0
ENOUGH_CYCLES = 3  # two in a row are an outage
ASKED = {"bursar.dev/requestedAt": "now"}
FRESH = has("DataFresh", "True", "Fresh")
STALE = has("DataFresh", "False", "Unreachable")
WRONG = {
    "garbage": (
        Answer(500, "internal error"),
        Answer(200, "<html><title>Please log in</title></html>"),
        Answer(200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name'),
    ),
    "hanging": (Answer(seconds=30.0),),
}
AWAY = "away"
WAYS = (AWAY, *WRONG)
REASONS = {AWAY: "ClientConnectorError", "garbage": "no Prometheus answer: b'", "hanging": "TimeoutError"}


@dataclass(frozen=True)
class Place:
    """A namespace with a shop, its own operator, and that operator's own way to Prometheus."""

    cluster: Cluster
    namespace: str
    operator: OperatorProcess
    restart: Callable[[], OperatorProcess]

    def eventually(self, holds: Callable[[Any], bool]) -> Any:
        return self.cluster.api.eventually(sla_path(self.namespace, "shop"), holds, seconds=SECONDS)


@dataclass(frozen=True)
class Outage:
    """Everything worked, then every way to fail was taken at once; `end` ends them all."""

    places: Mapping[str, Place]
    before: Mapping[str, Any]
    end: Callable[[], None]


@pytest.fixture(scope="module")
def places(
    control_plane: Cluster,
    stack: PrometheusStack,
    module_namespace: str,
    module_operator: Callable[..., OperatorProcess],
    between: Mapping[str, Between],
) -> Iterator[Mapping[str, Place]]:
    namespaces = {way: f"{module_namespace}-{way}" for way in WAYS}
    urls = {AWAY: stack.prometheus_url, **{way: server.url for way, server in between.items()}}
    with Exposition(*shop.HEALTHY) as exposition:
        exposition.grow(shop.FAULTY)
        metadata = ({"name": name} for name in namespaces.values())
        control_plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": each} for each in metadata])
        control_plane.apply([each for name in namespaces.values() for each in manifests(name, exposition.port)])

        def start(way: str) -> OperatorProcess:
            settings = {**QUICK, "prometheus_url": urls[way], "prometheus_timeout": "1s"}
            return module_operator(namespaces=namespaces[way], **settings)

        yield {way: Place(control_plane, namespaces[way], start(way), partial(start, way)) for way in WAYS}
    for name in namespaces.values():
        control_plane.api.delete(f"/api/v1/namespaces/{name}")


def manifests(namespace: str, port: int) -> list[Any]:
    sla = shop.shop_sla(namespace, "shop", shop.availability())
    return [*shop.published(namespace, "shop", port), shop.shop_target(namespace), sla]


@pytest.fixture(scope="module")
def between(stack: PrometheusStack) -> Iterator[Mapping[str, Between]]:
    with contextlib.ExitStack() as opened:
        yield {way: opened.enter_context(Between(stack.prometheus_url)) for way in WRONG}


@pytest.fixture(scope="module")
def outage(places: Mapping[str, Place], between: Mapping[str, Between], stack: PrometheusStack) -> Iterator[Outage]:
    """Break everything once all books are shown."""
    before = {way: place.eventually(is_healthy) for way, place in places.items()}
    with contextlib.ExitStack() as repairs:
        for way, server in between.items():
            server.wrong = WRONG[way]
            repairs.callback(setattr, server, "wrong", ())
        stack.stop_prometheus()
        repairs.callback(stack.start_prometheus)
        yield Outage(places, before, repairs.close)


@pytest.fixture(scope="module")
def recovered(outage: Outage) -> Outage:
    """All is well again, but nobody has told the operators."""
    for place in outage.places.values():
        place.eventually(STALE)
    outage.end()
    return outage


def is_healthy(found: Any) -> bool:
    return FRESH(found) and found["status"]["state"] == "Healthy"


def events(found: Any) -> int:
    total: int = found["status"]["objectives"][0]["events"]["total"]
    return total


@pytest.mark.parametrize("way", WAYS)
def test_without_an_answer_the_last_books_stay_and_say_why_and_since_when(outage: Outage, way: str) -> None:
    found = outage.places[way].eventually(STALE)
    message = condition(found, "DataFresh")["message"]
    assert message.startswith(f"no answer since {found['status']['asOf']}: ")
    assert REASONS[way] in message
    assert found["status"]["state"] == "Healthy"
    assert events(found) >= events(outage.before[way])
    assert is_ready(found)
    assert condition(found, "Stalled") is None


@pytest.mark.parametrize("way", WAYS)
def test_a_target_keeps_what_was_last_seen_of_it(outage: Outage, way: str) -> None:
    path = target_path(outage.places[way].namespace, "shop")
    found = outage.places[way].cluster.api.eventually(path, STALE, seconds=SECONDS)
    assert found["status"]["targets"]["summary"] == "1/1"
    assert found["status"]["signals"]["latency"]["kind"] == "classic"
    assert is_ready(found)


def test_an_operator_that_starts_in_an_outage_keeps_the_last_books(outage: Outage) -> None:
    place = outage.places[AWAY]
    before = place.eventually(STALE)
    place.operator.stop()
    successor = place.restart()
    wait_until(lambda: failed_cycles(successor) > ENOUGH_CYCLES, seconds=SECONDS, what="it asks Prometheus")
    place.cluster.api.merge(sla_path(place.namespace, "shop"), {"metadata": {"annotations": ASKED}})
    after = place.eventually(lambda found: found["status"].get("lastHandledRequest") == "now" and STALE(found))
    for name in ("state", "worst", "objectives", "asOf"):
        assert after["status"][name] == before["status"][name]


def failed_cycles(operator: OperatorProcess) -> int:
    return sum((entry["message"], entry.get("kind")) == ("books not read", "SLA") for entry in operator.log_entries())


@pytest.mark.parametrize("way", WAYS)
def test_books_are_kept_again_by_themselves_after_an_outage(recovered: Outage, way: str) -> None:
    found = recovered.places[way].eventually(FRESH)
    assert found["status"]["asOf"] > recovered.before[way]["status"]["asOf"]
    assert events(found) >= events(recovered.before[way])
