import asyncio
import copy
from typing import Any

import pytest

from bursar.compiler.inhibition import inhibition
from bursar.compiler.objects import common_object
from bursar.compiler.plan import ChildRef, Key
from bursar.compiler.view import RulePolicy, View
from bursar.conventions import INHIBITION, ChildKind, Kind
from bursar.engine.children import Children
from bursar.engine.commons import CommonObjects
from bursar.engine.queue import WorkQueue
from bursar.engine.store import Child, ChildIndex, child_of
from bursar.errors import Unavailable
from fakes.cluster import FakeClock, FakeCluster
from fakes.world import World

NAMESPACE = "ns"
PLAIN = RulePolicy(labels={})
PLACE = (ChildKind.ALERTMANAGER_CONFIG.value, NAMESPACE, INHIBITION)
RULE = ChildRef(ChildKind.PROMETHEUS_RULE, NAMESPACE, "sla-checkout")
REF = ChildRef(ChildKind.ALERTMANAGER_CONFIG, NAMESPACE, INHIBITION)


class Namespace:
    """The common objects of one namespace, on a fake API server."""

    def __init__(self, *, view: View | None = None, cluster: FakeCluster | None = None) -> None:
        self.cluster = cluster or FakeCluster(frozenset(ChildKind))
        self.index = ChildIndex()
        self.queue: WorkQueue[str] = WorkQueue(jitter=lambda: 1.0)
        children = Children(self.cluster, self.index, FakeClock())
        self.commons = CommonObjects(
            self.queue, self.index, children, view or World(policy=PLAIN), inhibition, ChildKind.PROMETHEUS_RULE
        )

    def has_a_rule(self) -> "Namespace":
        self.index.put(Child(RULE, "uid", "1", b"", Key(Kind.SLA, NAMESPACE, "checkout"), ""))
        return self

    def sees(self) -> None:
        """Let the watch report the object as it is."""
        child = child_of(REF, copy.deepcopy(self.cluster.objects[PLACE]))
        assert child is not None
        self.index.put(child)

    async def look(self) -> Any:
        """Look at the namespace once; returns the object, None when there is none."""
        self.queue.add(NAMESPACE)
        working = asyncio.create_task(self.commons.run())
        async with asyncio.timeout(5):
            while not self.queue.idle:  # noqa: ASYNC110  the queue tells nobody when it is idle
                await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        self.queue.close()
        return self.cluster.objects.get(PLACE)


async def test_a_namespace_with_alerts_has_its_common_object_and_nobody_owns_it() -> None:
    found = await Namespace().has_a_rule().look()
    assert found["metadata"]["ownerReferences"] == []
    assert found["metadata"]["labels"]["bursar.dev/owner-kind"] == "Namespace"


async def test_a_namespace_without_alerts_has_none() -> None:
    assert await Namespace().look() is None


async def test_a_second_look_writes_nothing_also_after_a_restart() -> None:
    before = Namespace().has_a_rule()
    await before.look()
    await before.look()
    after = Namespace(cluster=before.cluster).has_a_rule()
    after.sees()
    await after.look()
    assert before.cluster.writes == 1


@pytest.mark.parametrize("harm", [{"inhibitRules": []}, None])
async def test_what_somebody_edits_or_deletes_is_restored(harm: Any) -> None:
    namespace = Namespace().has_a_rule()
    wanted = copy.deepcopy((await namespace.look())["spec"])
    if harm is None:
        del namespace.cluster.objects[PLACE]
        namespace.index.remove(REF)
    else:
        namespace.cluster.store({**namespace.cluster.objects[PLACE], "spec": harm})
        namespace.sees()
    assert (await namespace.look())["spec"] == wanted


async def test_labels_that_somebody_takes_off_are_put_on_again() -> None:
    namespace = Namespace().has_a_rule()
    made = await namespace.look()
    bare = {**made["metadata"], "labels": {}, "managedFields": [{"manager": "bursar"}]}
    namespace.cluster.store({**made, "metadata": bare})
    namespace.index.remove(REF)  # a watch of labelled objects shows it as deleted
    assert (await namespace.look())["metadata"]["labels"] == made["metadata"]["labels"]


async def test_it_goes_with_the_last_alert() -> None:
    namespace = Namespace().has_a_rule()
    await namespace.look()
    namespace.index.remove(RULE)
    assert await namespace.look() is None


async def test_it_goes_when_the_last_alert_vanished_while_the_operator_was_down() -> None:
    before = Namespace().has_a_rule()
    await before.look()
    after = Namespace(cluster=before.cluster)
    after.sees()
    assert after.index.namespaces() == {NAMESPACE}
    assert await after.look() is None


async def test_a_foreign_object_of_that_name_stays() -> None:
    namespace = Namespace().has_a_rule()
    foreign = common_object(
        ChildKind.ALERTMANAGER_CONFIG, namespace=NAMESPACE, name=INHIBITION, labels={}, spec={"value": 1}
    )
    metadata = {**foreign["metadata"], "labels": {}}
    namespace.cluster.store({**foreign, "metadata": metadata})
    assert (await namespace.look())["spec"] == {"value": 1}
    assert namespace.cluster.writes == 0


async def test_a_failure_is_tried_again() -> None:
    namespace = Namespace().has_a_rule()
    namespace.cluster.failing = Unavailable("the API server is away")
    assert await namespace.look() is None
    assert namespace.queue.failures(NAMESPACE) == 1
    namespace.cluster.failing = None
    assert await namespace.look() is not None
    assert namespace.queue.failures(NAMESPACE) == 0


async def test_without_the_crd_nothing_is_tried() -> None:
    namespace = Namespace(view=World(served=frozenset({ChildKind.PROMETHEUS_RULE}))).has_a_rule()
    assert await namespace.look() is None
    assert namespace.queue.failures(NAMESPACE) == 0
