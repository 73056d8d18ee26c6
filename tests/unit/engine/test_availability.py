import asyncio

import pytest

from bursar.conventions import ChildKind
from bursar.engine import availability as availability_module
from bursar.engine.availability import Availability
from bursar.engine.ports import AnyKind
from bursar.errors import Unavailable
from fakes.cluster import FakeCluster
from fakes.harness import KIND


async def test_a_kind_that_is_installed_later_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability_module, "POLL_SECONDS", 0.001)
    cluster = FakeCluster(frozenset({KIND}))
    announced: asyncio.Queue[frozenset[AnyKind]] = asyncio.Queue()
    availability = Availability(cluster, frozenset({KIND, ChildKind.PROBE}))
    running = asyncio.create_task(availability.run(announced.put))
    async with asyncio.timeout(2):
        assert await announced.get() == {KIND}
        assert availability.missing == {ChildKind.PROBE}
        assert ChildKind.PROBE not in availability
        cluster.kinds = frozenset({KIND, ChildKind.PROBE})
        assert await announced.get() == {ChildKind.PROBE}
        assert ChildKind.PROBE in availability
        cluster.kinds = frozenset()
    running.cancel()


async def test_a_discovery_that_fails_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(availability_module, "POLL_SECONDS", 0.001)
    cluster = FakeCluster(frozenset({KIND}))
    failures = iter([Unavailable("away")])

    async def served() -> frozenset[AnyKind]:
        for error in failures:
            raise error
        return cluster.kinds

    monkeypatch.setattr(cluster, "served", served)
    announced: asyncio.Queue[frozenset[AnyKind]] = asyncio.Queue()
    running = asyncio.create_task(Availability(cluster, frozenset({KIND})).run(announced.put))
    async with asyncio.timeout(2):
        assert await announced.get() == {KIND}
    running.cancel()


async def test_a_kind_that_vanishes_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    cluster = FakeCluster(frozenset({KIND}))
    availability = Availability(cluster, frozenset({KIND}))
    await availability.look()
    cluster.kinds = frozenset()
    await availability.look()
    assert "kinds vanished" in caplog.text
