"""Objects that may have a name only for themselves: the second of a name waits, and all else goes on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bursar.compiler.plan import Key
from bursar.conventions import ChildKind
from fakes.harness import Harness

SHOWN = ChildKind.CONFIG_MAP.value


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    harness = Harness()
    yield harness
    harness.queue.close()


def put(harness: Harness, name: str, title: str) -> Key:
    return harness.put(name, shown=title, rules=[f"rule-{name}"])


def shown(harness: Harness, name: str) -> Any:
    found = harness.cluster.objects.get((SHOWN, "ns", f"shown-{name}"))
    return found and found["data"]["title"]


def ready(harness: Harness, key: Key) -> tuple[str, str]:
    condition = harness.cluster.condition(key, "Ready")
    assert condition is not None
    return condition["status"], condition["reason"]


def delete(harness: Harness, kind: Any, name: str) -> None:
    del harness.cluster.objects[(kind.value, "ns", name)]
    harness.report(kind, name)


async def test_the_second_of_a_name_is_not_written_and_says_why(harness: Harness) -> None:
    put(harness, "first", "Title")
    await harness.drain()
    second = put(harness, "second", "Title")
    await harness.drain()
    assert ready(harness, second) == ("False", "TitleConflict")
    assert shown(harness, "second") is None
    condition = harness.cluster.condition(second, "Ready")
    assert condition is not None
    assert 'the title "Title" belongs to ConfigMap ns/shown-first' in condition["message"]
    assert harness.cluster.status(second)["title"] == "Title"


async def test_other_objects_of_a_resource_are_written_all_the_same(harness: Harness) -> None:
    put(harness, "first", "Title")
    put(harness, "second", "Title")
    await harness.drain()
    assert harness.has_rule("rule-second")


async def test_it_is_written_as_soon_as_the_first_is_gone(harness: Harness) -> None:
    first = put(harness, "first", "Title")
    await harness.drain()
    second = put(harness, "second", "Title")
    await harness.drain()
    delete(harness, first.kind, "first")
    await harness.drain()
    assert shown(harness, "second") is None  # the object outlives its owner until it is collected
    delete(harness, ChildKind.CONFIG_MAP, "shown-first")
    await harness.drain()
    assert shown(harness, "second") == "Title"
    assert ready(harness, second) == ("True", "Succeeded")


async def test_a_rename_frees_the_name_for_whoever_waits(harness: Harness) -> None:
    put(harness, "first", "Title")
    await harness.drain()
    put(harness, "second", "Title")
    await harness.drain()
    put(harness, "first", "Other")
    await harness.drain()
    assert (shown(harness, "first"), shown(harness, "second")) == ("Other", "Title")


async def test_a_rename_into_a_taken_name_keeps_what_was_published(harness: Harness) -> None:
    put(harness, "first", "Title")
    second = put(harness, "second", "Other")
    await harness.drain()
    put(harness, "second", "Title")
    await harness.drain()
    assert shown(harness, "second") == "Other"
    assert ready(harness, second) == ("False", "TitleConflict")


async def test_two_that_swap_their_names_do_not_meet(harness: Harness) -> None:
    first, second = put(harness, "first", "A"), put(harness, "second", "B")
    await harness.drain()
    put(harness, "first", "B")
    put(harness, "second", "A")
    await harness.drain()
    assert (shown(harness, "first"), shown(harness, "second")) == ("A", "B")
    assert {ready(harness, key) for key in (first, second)} == {("False", "TitleConflict")}


async def test_a_restart_writes_nothing_and_leaves_the_name_with_its_holder(harness: Harness) -> None:
    put(harness, "first", "Title")
    await harness.drain()
    put(harness, "a-second", "Title")
    await harness.drain()
    before = harness.cluster.writes
    successor = harness.restart()
    await successor.drain()
    assert successor.cluster.writes == before
    assert shown(successor, "a-second") is None
    successor.queue.close()


async def test_what_somebody_adds_to_it_is_taken_out_again(harness: Harness) -> None:
    put(harness, "first", "Title")
    await harness.drain()
    harness.cluster.objects[(SHOWN, "ns", "shown-first")]["data"]["more"] = "x"
    harness.cluster.store(harness.cluster.objects[(SHOWN, "ns", "shown-first")])
    harness.report(ChildKind.CONFIG_MAP, "shown-first")
    await harness.drain()
    assert harness.cluster.objects[(SHOWN, "ns", "shown-first")]["data"] == {"title": "Title"}
