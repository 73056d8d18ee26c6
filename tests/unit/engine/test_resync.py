"""What a watch has missed is found by comparing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bursar.conventions import ChildKind
from bursar.engine import resync as resync_module
from bursar.engine.feed import Sighting
from bursar.engine.ports import AnyKind, Listed, ServerKind
from bursar.errors import Unavailable
from fakes.harness import KIND, Harness


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    harness = Harness()
    yield harness
    harness.queue.close()


async def test_a_resource_that_vanished_unseen_is_forgotten(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    del harness.cluster.objects[(KIND.value, "ns", "x")]
    await harness.resync.compare()
    assert harness.store.get(key) is None


async def test_a_generated_object_that_vanished_unseen_comes_back(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    del harness.cluster.objects[(ChildKind.PROMETHEUS_RULE.value, "ns", "rule")]
    await harness.resync.compare()
    await harness.drain()
    assert harness.has_rule()


async def test_an_edit_that_no_watch_has_shown_is_found(harness: Harness) -> None:
    harness.put(value=1)
    await harness.drain()
    thing = harness.cluster.objects[(KIND.value, "ns", "x")]
    harness.cluster.store({**thing, "spec": {"value": 2}, "metadata": {**thing["metadata"], "generation": 2}})
    await harness.resync.compare()
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 2}


async def test_a_hundred_comparisons_with_nothing_to_do_write_nothing(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    before = harness.cluster.writes
    for _ in range(100):
        await harness.resync.compare()
        await harness.drain()
    assert harness.cluster.writes == before


async def test_the_gate_opens_when_the_watches_have_shown_everything(harness: Harness) -> None:
    harness.cluster.store({"kind": KIND.value, "metadata": {"name": "x", "namespace": "ns"}, "spec": {}})
    opening = asyncio.create_task(harness.resync.open_gate())
    await asyncio.sleep(0.01)
    assert not harness.resync.synced.is_set()
    harness.report(KIND, "x", initial=True)
    await opening
    assert harness.resync.synced.is_set()


async def test_what_is_deleted_before_a_watch_shows_it_holds_the_gate_only_until_the_next_list(
    harness: Harness,
) -> None:
    harness.cluster.store({"kind": KIND.value, "metadata": {"name": "x", "namespace": "ns"}, "spec": {}})
    opening = asyncio.create_task(harness.resync.open_gate())
    await asyncio.sleep(0.01)
    del harness.cluster.objects[(KIND.value, "ns", "x")]
    harness.clock.elapsed += resync_module.RELIST_SECONDS
    async with asyncio.timeout(2):
        await opening
    assert harness.clock.elapsed < resync_module.CATCH_UP_SECONDS


async def test_what_the_watches_do_not_show_in_time_is_read_one_by_one(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resync_module, "CATCH_UP_SECONDS", -1.0)
    harness.cluster.store({"kind": KIND.value, "metadata": {"name": "x", "namespace": "ns"}, "spec": {}})
    await harness.resync.open_gate()
    assert harness.store.get(harness.key()) is not None


async def test_a_server_that_is_away_at_the_start_only_delays_the_gate(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resync_module, "RETRY_SECONDS", 0.0)
    answers = iter([Unavailable("away")])

    async def served() -> frozenset[AnyKind]:
        for error in answers:
            raise error
        return harness.cluster.kinds

    monkeypatch.setattr(harness.cluster, "served", served)
    running = asyncio.create_task(harness.resync.run(1000, lambda: 1.0))
    async with asyncio.timeout(2):
        await harness.resync.synced.wait()
    running.cancel()


async def test_a_failed_comparison_is_repeated(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.put()
    await harness.drain()
    done = asyncio.Event()
    calls = 0

    async def list_metadata(_: AnyKind) -> tuple[Listed, ...]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Unavailable("away")
        done.set()
        return ()

    harness.resync.synced.set()
    monkeypatch.setattr(harness.cluster, "list_metadata", list_metadata)
    running = asyncio.create_task(harness.resync.run(0.001, lambda: 1.0))
    async with asyncio.timeout(2):
        await done.wait()
    running.cancel()


async def test_a_failed_comparison_does_not_wait_for_the_next_interval(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resync_module, "RETRY_AFTER_FAILURE_SECONDS", 0.0)
    done = asyncio.Event()
    delays = iter((0.0, 0.001, 1.0))
    outcomes = iter((Unavailable("away"), None))

    async def compare() -> None:
        error = next(outcomes)
        if error is not None:
            raise error
        done.set()

    harness.resync.synced.set()
    monkeypatch.setattr(type(harness.resync), "compare", lambda _: compare())
    running = asyncio.create_task(harness.resync.run(1000, lambda: next(delays)))
    async with asyncio.timeout(2):
        await done.wait()
    running.cancel()


async def test_a_prometheus_that_is_new_makes_everything_look_again(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    raw = {"metadata": {"name": "k8s", "namespace": "monitoring", "uid": "u", "resourceVersion": "7"}, "spec": {}}
    harness.feed.accept(Sighting(ServerKind.PROMETHEUS, "monitoring", "k8s", raw))
    async with asyncio.timeout(2):
        assert await harness.queue.get() == key
    servers = harness.selectors.snapshot.servers
    assert servers is not None
    assert [server["metadata"]["name"] for server in servers] == ["k8s"]
    assert harness.selectors.versions(ServerKind.PROMETHEUS) == {("monitoring", "k8s"): ("u", "7")}


@pytest.mark.parametrize("kind", [ServerKind.PROMETHEUS, ServerKind.NAMESPACE])
async def test_a_selecting_object_that_says_the_same_again_changes_nothing(harness: Harness, kind: ServerKind) -> None:
    raw = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "7", "labels": {"team": "x"}}, "spec": {}}
    harness.feed.accept(Sighting(kind, "", "a", raw))
    harness.put()
    await harness.drain()
    snapshot = harness.selectors.snapshot
    harness.feed.accept(Sighting(kind, "", "a", raw))
    assert harness.queue.idle
    assert harness.selectors.snapshot is snapshot
    harness.feed.accept(Sighting(kind, "", "a", None))
    assert harness.selectors.snapshot is not snapshot


async def test_a_label_of_a_namespace_that_changes_makes_everything_look_again(harness: Harness) -> None:
    harness.put()
    for labels in ({}, {"monitored": "yes"}):
        await harness.drain()
        raw = {"metadata": {"name": "ns", "uid": "u", "resourceVersion": "7", "labels": labels}}
        harness.feed.accept(Sighting(ServerKind.NAMESPACE, "", "ns", raw))
    assert len(harness.queue) == 1
    assert harness.selectors.snapshot.namespaces == {"ns": {"monitored": "yes"}}


async def test_a_comparison_looks_at_every_resource_again(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    await harness.resync.compare()
    assert len(harness.queue) == 1


async def test_a_new_namespace_concerns_nobody(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    raw = {"metadata": {"name": "new", "uid": "u", "resourceVersion": "7", "labels": {"a": "b"}}}
    harness.feed.accept(Sighting(ServerKind.NAMESPACE, "", "new", raw))
    assert harness.queue.idle


async def test_the_gate_waits_as_long_as_the_watches_get_on(harness: Harness) -> None:
    for name in ("a", "b", "c"):
        harness.cluster.store({"kind": KIND.value, "metadata": {"name": name, "namespace": "ns"}, "spec": {}})
    reads: list[str] = []
    harness.cluster.get = lambda *place: reads.append(place[-1])  # type: ignore[method-assign, assignment]
    opening = asyncio.create_task(harness.resync.open_gate())
    for name in ("a", "b", "c"):
        await asyncio.sleep(2 * resync_module.CATCH_UP_POLL_SECONDS)
        harness.report(KIND, name, initial=True)
        harness.clock.elapsed += 0.9 * resync_module.CATCH_UP_SECONDS
    async with asyncio.timeout(2):
        await opening
    assert reads == []
