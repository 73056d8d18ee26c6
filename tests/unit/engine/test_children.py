"""What is decided about one version of an object is not written over a later one."""

import pytest

from bursar.engine.ports import AnyKind
from fakes.cluster import FakeCluster
from fakes.harness import KIND, Harness

KINDS: frozenset[AnyKind] = frozenset({KIND})


@pytest.fixture
def harness() -> Harness:
    return Harness(FakeCluster(KINDS))


async def test_who_has_not_seen_the_newest_version_of_an_object_does_not_write_over_it(harness: Harness) -> None:
    harness.put(value=1)
    await harness.drain()
    behind = harness.restart()
    behind.put(value=2)
    await behind.drain()
    key = harness.put(value=3)
    await harness.drain()
    assert behind.rule()["spec"] == {"value": 2}
    assert harness.queue.failures(key) == 1


async def test_who_learns_of_the_newest_version_writes_what_is_asked_for(harness: Harness) -> None:
    harness.put(value=1)
    await harness.drain()
    behind = harness.restart()
    behind.put(value=2)
    await behind.drain()
    harness.put(value=3)
    await harness.drain()
    harness.report_all()
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 3}


async def test_an_object_that_appears_while_it_is_being_restored_is_not_written_over(harness: Harness) -> None:
    key = harness.put(value=1)
    await harness.drain()
    rule = harness.rule()
    place = ("PrometheusRule", "ns", "rule")
    del harness.cluster.objects[place]
    harness.feed.index.remove(next(iter(harness.index.of(key))).ref)
    get = harness.cluster.get

    async def get_just_before_it_appears(kind: AnyKind, namespace: str, name: str) -> object:
        found = await get(kind, namespace, name)
        harness.cluster.objects[place] = rule
        return found

    harness.cluster.get = get_just_before_it_appears  # type: ignore[assignment,method-assign]
    harness.queue.add(key)
    await harness.drain()
    assert harness.rule() is rule
    assert harness.queue.failures(key) == 1
