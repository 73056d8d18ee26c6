"""Kopf is run anew when it breaks, ends when it is told to, and is kept from logging in as fast as it can."""

import asyncio
from pathlib import Path
from typing import Any

import kopf
import pytest
from kubernetes.config import kube_config

from bursar.conventions import ChildKind, Kind
from bursar.edge import handlers
from bursar.edge.handlers import Login, NoDiffBase, Watches
from bursar.engine.feed import Sighting
from bursar.engine.ports import ServerKind

KUBECONFIG = """
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: secret}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
"""


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "kubeconfig"
    path.write_text(KUBECONFIG)
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(path))
    return path


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch) -> Watches:
    monkeypatch.setattr(handlers, "EndlessBackoff", lambda: [0.01] * 9)
    monkeypatch.setattr(handlers, "GRACE_SECONDS", 0.01)
    return Watches(frozenset({Kind.SLA}), (), lambda _: None)


def test_a_login_shows_the_token_of_the_kubeconfig(kubeconfig: Path) -> None:
    connection = Login()()
    assert (connection.server, connection.scheme, connection.token) == ("http://127.0.0.1:1", "Bearer", "secret")


def test_a_second_login_has_to_wait(kubeconfig: Path) -> None:
    login = Login()
    login()
    with pytest.raises(kopf.TemporaryError, match="does not accept the credentials") as caught:
        login()
    assert caught.value.delay is not None
    assert 0 < caught.value.delay <= handlers.LOGIN_PAUSE_SECONDS


def test_a_kubeconfig_that_is_half_written_is_read_again_soon(kubeconfig: Path) -> None:
    kubeconfig.write_text("{")
    with pytest.raises(kopf.TemporaryError, match="cannot be read") as caught:
        Login()()
    assert caught.value.delay == handlers.LOGIN_PAUSE_SECONDS


async def test_watches_that_break_start_anew_and_end_when_told(
    watches: Watches, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = asyncio.Event()
    ours = asyncio.get_running_loop()
    runs = 0

    async def operator(*, stop_flag: asyncio.Event, **_: Any) -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ConnectionError("410 Gone")
        ours.call_soon_threadsafe(third.set)
        await stop_flag.wait()

    monkeypatch.setattr(kopf, "operator", operator)
    watches.start()
    async with asyncio.timeout(5):
        await third.wait()
        await watches.stop()
    assert watches._thread is not None
    assert not watches._thread.is_alive()
    await watches.stop()


async def test_watchers_that_outlive_kopf_are_ended(watches: Watches, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = 2

    async def watcher() -> None:
        nonlocal stubborn
        while stubborn:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                stubborn -= 1

    async def operator(*, stop_flag: asyncio.Event, registry: Any, **_: Any) -> None:
        left = asyncio.create_task(watcher())
        await registry._activities.get_handlers(activity="cleanup")[0].fn()
        await left
        stop_flag.set()

    monkeypatch.setattr(kopf, "operator", operator)
    async with asyncio.timeout(5):
        await watches._watch_until(asyncio.Event(), lambda _: None)
    assert not stubborn


async def test_a_sighting_comes_to_the_loop_that_started_the_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: asyncio.Queue[Sighting] = asyncio.Queue()

    async def operator(*, registry: Any, stop_flag: asyncio.Event, **_: Any) -> None:
        handler = registry._watching.get_all_handlers()[0]
        metadata = {"namespace": "ns", "name": "x"}
        await handler.fn(event={"type": "DELETED", "object": {"metadata": metadata}})
        await handler.fn(event={"type": None, "object": {"metadata": metadata}})
        await stop_flag.wait()

    monkeypatch.setattr(kopf, "operator", operator)
    watches = Watches(frozenset({Kind.SLA}), ("ns",), seen.put_nowait)
    watches.start()
    async with asyncio.timeout(5):
        assert await seen.get() == Sighting(Kind.SLA, "ns", "x", None)
        assert await seen.get() == Sighting(Kind.SLA, "ns", "x", {"metadata": {"namespace": "ns", "name": "x"}}, True)
        await watches.stop()


def test_kopf_neither_copies_nor_marks_the_objects_it_sees() -> None:
    nothing, body, patch = NoDiffBase(), kopf.Body({"spec": {"much": "of it"}}), kopf.Patch()
    assert nothing.build(body=body) == {}
    nothing.store(body=body, patch=patch, essence=kopf.BodyEssence(spec={}))
    assert not patch
    assert nothing.fetch(body=body) is None  # type: ignore[func-returns-value]


def test_config_maps_are_watched_by_our_label_only() -> None:
    watches = Watches(frozenset({ChildKind.CONFIG_MAP, ServerKind.NAMESPACE}), (), lambda _: None)
    selectors: Any = watches._settings().watching.label_selectors
    found = {(each.group, each.version, each.any_name): wanted for each, wanted in selectors.items()}
    assert found == {("", "v1", "configmaps"): "app.kubernetes.io/managed-by=bursar"}
