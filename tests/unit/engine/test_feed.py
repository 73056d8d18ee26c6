import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bursar.compiler.mentions import Mentions
from bursar.compiler.plan import Key
from bursar.conventions import ChildKind, Kind
from bursar.domain.notify import Notice, Step
from bursar.engine import feed
from bursar.engine.feed import Feed, Sighting
from bursar.engine.ports import KindSpec
from fakes.harness import Harness, ThingObserver, compile_thing, parse

ONCALL, TEAM = (Key(Kind.NOTIFICATION_CHANNEL, "ns", name) for name in ("oncall", "team"))
X, Y = (Key(Kind.SLA, "ns", name) for name in ("x", "y"))


def telling(thing: Any) -> Mentions:
    borrowed = thing.spec.get("of")
    notices = tuple(Notice(frozenset(), (Step(timedelta(), (name,)),)) for name in thing.spec.get("tells", ()))
    return Mentions(notices, Key(Kind.SLA, "ns", borrowed) if borrowed else None)


class Watched:
    """A feed of SLAs that name channels, and of these channels."""

    def __init__(self) -> None:
        self.harness = harness = Harness()
        named = KindSpec(
            Kind.SLA,
            parse,
            compile_thing,
            lambda thing: frozenset({Key(Kind.SLA, "ns", thing.spec["of"])} if "of" in thing.spec else ()),
            ThingObserver(),
            mentions=telling,
        )
        plain = KindSpec(Kind.NOTIFICATION_CHANNEL, parse, compile_thing, lambda _: frozenset(), ThingObserver())
        self.feed = Feed(
            {Kind.SLA: named, Kind.NOTIFICATION_CHANNEL: plain},
            harness.store,
            harness.index,
            harness.selectors,
            harness.queue,
            harness.status,
            harness.clock,
            harness.mentions,
            harness.commons,
        )
        self._version = 0

    def see(self, key: Key, spec: dict[str, Any] | None = None) -> None:
        """Report a resource, or that it is gone."""
        self._version += 1
        metadata = {
            "name": key.name, "namespace": key.namespace, "uid": key.name,
            "generation": self._version, "resourceVersion": str(self._version),
        }  # fmt: skip
        raw = None if spec is None else {"kind": key.kind.value, "metadata": metadata, "spec": spec}
        self.feed.accept(Sighting(key.kind, key.namespace, key.name, raw))

    async def queued(self) -> set[Key]:
        """Take everything that is to be looked at."""
        await asyncio.sleep(0.01)  # timers of no time at all ring in the next turn of the loop
        taken = set()
        while len(self.harness.queue):
            key = await self.harness.queue.get()
            self.harness.queue.done(key)
            taken.add(key)
        return taken


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(feed, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(feed, "LINGER_SECONDS", 0.0)
    return Watched()


async def test_a_list_brings_the_channels_that_it_names(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    assert await watched.queued() == {X, ONCALL}


async def test_an_edit_of_a_list_brings_those_that_come_and_go_and_no_others(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    watched.see(X, {"tells": ["oncall", "team"]})
    assert await watched.queued() == {X, TEAM}
    watched.see(X, {"tells": ["team"]})
    assert await watched.queued() == {X, ONCALL}


async def test_another_edit_brings_no_channel(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    watched.see(X, {"tells": ["oncall"], "value": 2})
    assert await watched.queued() == {X}


async def test_a_deleted_resource_brings_the_channels_that_it_named(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    watched.see(X)
    assert await watched.queued() == {X, ONCALL}
    assert watched.harness.mentions.naming(ONCALL) == frozenset()


async def test_the_routes_of_a_deleted_resource_stay_until_alertmanager_has_forgotten_its_alerts(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    monkeypatch.setattr(feed, "LINGER_SECONDS", 600.0)
    watched.see(X)
    assert await watched.queued() == {X}
    assert watched.harness.mentions.naming(ONCALL) == {X}


async def test_a_resource_that_comes_back_soon_changes_no_route(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    watched.see(X)
    watched.see(X, {"tells": ["oncall"]})
    assert await watched.queued() == {X}
    assert watched.harness.mentions.naming(ONCALL) == {X}


async def test_an_invalid_edit_leaves_the_routes_as_they_were(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    await watched.queued()
    watched.see(X, {"invalid": True})
    assert await watched.queued() == {X}
    assert watched.harness.mentions.naming(ONCALL) == {X}


async def test_the_list_of_a_target_brings_the_channels_of_those_who_borrow_it(watched: Watched) -> None:
    watched.see(Y, {"of": "x"})
    watched.see(X, {})
    await watched.queued()
    watched.see(X, {"tells": ["oncall"]})
    assert await watched.queued() == {X, Y, ONCALL}
    assert watched.harness.mentions.naming(ONCALL) == {X, Y}


async def test_a_channel_that_comes_or_goes_brings_those_who_name_it(watched: Watched) -> None:
    watched.see(X, {"tells": ["oncall"]})
    watched.see(Y, {"tells": ["team"]})
    await watched.queued()
    watched.see(ONCALL, {})
    assert await watched.queued() == {ONCALL, X}
    watched.see(ONCALL, {"value": 2})
    assert await watched.queued() == {ONCALL}
    watched.see(ONCALL)
    assert await watched.queued() == {ONCALL, X}


async def test_the_first_object_of_a_namespace_brings_its_common_objects(watched: Watched) -> None:
    owner = {"apiVersion": "bursar.dev/v1alpha1", "kind": "SLA", "name": "x", "uid": "x"}
    metadata = {"name": "rule", "namespace": "ns", "uid": "u", "resourceVersion": "1", "ownerReferences": [owner]}
    rule = {"kind": "PrometheusRule", "metadata": metadata}
    watched.feed.accept(Sighting(ChildKind.PROMETHEUS_RULE, "ns", "rule", rule))
    await watched.queued()
    async with asyncio.timeout(1):
        assert await watched.harness.commons.get() == "ns"
