"""Names that only one object may have: who holds them, who waits, and when they become free."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.compiler.plan import ChildRef, Claim, Key
from bursar.conventions import ChildKind, Kind
from bursar.engine.claims import Claims, Register
from fakes.cluster import FakeClock, FakeCluster

TITLE, OTHER = Claim("the title", "Checkout"), Claim("the title", "Basket")


def ref(name: str) -> ChildRef:
    return ChildRef(ChildKind.CONFIG_MAP, "shop", name)


def key(name: str) -> Key:
    return Key(Kind.DASHBOARD, "shop", name)


class Desk:
    """A register, and who was woken."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.register = Register(lambda woken: self.woken.append(woken.name))

    def take(self, name: str, *claims: Claim) -> str:
        return self.register.take(key(name), ref(name), frozenset(claims))

    def forget(self, name: str, *, exists: bool = False) -> None:
        self.register.forget(key(name), lambda _: exists)

    def compare(self, **found: Claim) -> None:
        self.register.compare({ref(name): frozenset({claim}) for name, claim in found.items()})


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_who_comes_second_is_told_who_was_first(desk: Desk) -> None:
    assert desk.take("first", TITLE) == ""
    assert desk.take("second", TITLE, OTHER) == 'the title "Checkout" belongs to ConfigMap shop/first'
    assert desk.take("third", OTHER) == ""


def test_the_holder_may_ask_again(desk: Desk) -> None:
    assert (desk.take("first", TITLE), desk.take("first", TITLE)) == ("", "")


def test_an_old_name_is_free_only_once_the_new_one_is_written(desk: Desk) -> None:
    desk.take("first", TITLE)
    desk.take("first", OTHER)
    assert desk.take("second", TITLE)
    desk.register.settle(ref("first"), frozenset({OTHER}))
    assert desk.woken == ["second"]
    assert desk.take("second", TITLE) == ""


def test_a_deleted_resource_holds_its_name_until_its_object_is_gone(desk: Desk) -> None:
    desk.take("first", TITLE)
    desk.forget("first", exists=True)
    assert desk.take("second", TITLE)
    desk.forget("first", exists=False)
    assert desk.take("second", TITLE) == ""


def test_who_gives_up_waiting_is_not_woken(desk: Desk) -> None:
    desk.take("first", TITLE)
    desk.take("second", TITLE)
    desk.take("second", OTHER)
    desk.forget("first")
    assert desk.woken == []
    assert not desk.register.disputed


def test_a_foreign_object_holds_its_name_until_it_is_listed_no_more(desk: Desk) -> None:
    desk.compare(theirs=TITLE)
    assert "ConfigMap shop/theirs" in desk.take("ours", TITLE)
    desk.compare()
    assert desk.woken == ["ours"]
    assert desk.take("ours", TITLE) == ""


def test_a_list_that_is_older_than_our_writing_changes_nothing_of_ours(desk: Desk) -> None:
    desk.take("ours", TITLE)
    desk.compare(ours=OTHER)
    assert desk.take("second", TITLE)
    assert desk.take("third", OTHER) == ""


def test_an_object_of_ours_from_before_a_restart_keeps_its_name(desk: Desk) -> None:
    desk.compare(ours=TITLE)
    assert desk.take("second", TITLE)
    assert desk.take("ours", TITLE) == ""


def test_the_owner_is_woken_when_a_foreign_object_takes_its_name_as_well(desk: Desk) -> None:
    desk.take("ours", TITLE)
    desk.compare(theirs=TITLE)
    assert desk.woken == ["ours"]
    assert "ConfigMap shop/theirs" in desk.take("ours", TITLE)
    desk.compare(theirs=TITLE)
    assert desk.woken == ["ours"]


steps = st.lists(
    st.tuples(st.sampled_from(["take", "settle", "forget"]), st.sampled_from("abc"), st.sampled_from("xyz")),
    max_size=40,
)


@given(steps)
def test_no_name_is_ever_held_twice(steps: list[tuple[str, str, str]]) -> None:
    desk, published = Desk(), dict[str, str]()
    wanted: dict[str, str] = {}
    for step, name, title in steps:
        claims = frozenset({Claim("the title", title)})
        match step:
            case "take" if not desk.take(name, *claims):
                wanted[name] = title
            case "settle" if name in wanted:
                published[name] = wanted[name]
                desk.register.settle(ref(name), frozenset({Claim("the title", wanted[name])}))
            case "forget":
                desk.forget(name)
                published.pop(name, None)
                wanted.pop(name, None)
            case _:
                pass
        assert len(set(published.values())) == len(published)


def labelled(name: str, title: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "labels": {"shown": "1"}}
    return {"kind": "ConfigMap", "metadata": metadata, "data": {"title": title}}


def read(manifest: Mapping[str, Any]) -> frozenset[Claim]:
    return frozenset({Claim("the title", manifest["data"]["title"])})


class World:
    """A cluster with claims on its ConfigMaps; what is written is known to exist."""

    def __init__(self) -> None:
        self.cluster, self.clock = FakeCluster(frozenset(ChildKind)), FakeClock()
        register = Register(lambda _: None)
        self.claims = Claims(
            self.cluster, self.clock, register, kind=ChildKind.CONFIG_MAP, selector="shown=1", read=read
        )

    async def secure(self, name: str, title: str) -> Mapping[ChildRef, str]:
        wanted = {ref(name): frozenset({Claim("the title", title)})}
        return await self.claims.secure(key(name), wanted, self._exists)

    def _exists(self, of: ChildRef) -> bool:
        return (of.kind.value, of.namespace, of.name) in self.cluster.objects


async def test_a_first_writing_looks_at_all_that_others_have_published() -> None:
    world = World()
    world.cluster.store(labelled("theirs", "Checkout"))
    assert set(await world.secure("ours", "Checkout")) == {ref("ours")}
    assert await world.secure("ours", "Basket") == {}


async def test_a_list_serves_those_who_come_soon_after_and_no_others() -> None:
    world = World()
    await world.secure("one", "1")
    await world.secure("two", "2")
    assert world.cluster.lists == 1
    world.clock.elapsed += 2.5
    await world.secure("three", "3")
    assert world.cluster.lists == 2


async def test_what_is_published_already_is_written_without_a_list() -> None:
    world = World()
    await world.secure("ours", "Checkout")
    world.cluster.store(labelled("ours", "Checkout"))
    world.clock.elapsed += 3600
    await world.secure("ours", "Basket")
    assert world.cluster.lists == 1


async def test_without_claims_nothing_is_listed() -> None:
    world = World()
    assert await world.claims.secure(key("x"), {}, lambda _: False) == {}
    assert world.cluster.lists == 0
