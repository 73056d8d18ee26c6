"""When Secrets are read, what is remembered of them, and who is told of a change."""

import asyncio
from typing import Any

import pytest

from bursar.compiler.plan import Key
from bursar.compiler.view import SecretKeys
from bursar.conventions import Kind
from bursar.engine.queue import WorkQueue
from bursar.engine.secrets import FIRST_PAUSE_SECONDS, SecretStore
from bursar.errors import Unavailable
from fakes.cluster import FakeClock, FakeCluster

INTERVAL = 300.0
ONCALL, TEAM = (Key(Kind.NOTIFICATION_CHANNEL, "shop", name) for name in ("oncall", "team"))
PLACE = ("shop", "pagerduty")


class Watch:
    """A store, its cluster, and time."""

    def __init__(self) -> None:
        self.cluster, self.clock = FakeCluster(frozenset()), FakeClock()
        self.queue: WorkQueue[Key] = WorkQueue(jitter=lambda: 1.0)
        self.store = SecretStore(self.cluster, self.queue, self.clock, interval_seconds=INTERVAL, jitter=lambda: 1.0)

    async def after(self, seconds: float) -> int:
        """Let time pass; returns how many Secrets were read then."""
        before = len(self.cluster.secrets_read)
        self.clock.elapsed += seconds
        await self.store.look()
        return len(self.cluster.secrets_read) - before

    async def queued(self) -> list[Key]:
        found = []
        while len(self.queue):
            found.append(await self.queue.get())
            self.queue.done(found[-1])
        return sorted(found)

    @property
    def keys(self) -> SecretKeys:
        return self.store.keys(*PLACE)


@pytest.fixture
def watch() -> Any:
    watch = Watch()
    yield watch
    watch.queue.close()


async def test_a_secret_is_known_before_the_first_decision_is_made(watch: Watch) -> None:
    watch.cluster.secrets[PLACE] = frozenset({"routingKey"})
    await watch.store.follow(ONCALL, {"pagerduty"})
    assert watch.keys == SecretKeys(frozenset({"routingKey"}))
    assert await watch.queued() == []


async def test_what_is_there_is_read_again_every_interval_and_only_then(watch: Watch) -> None:
    watch.cluster.secrets[PLACE] = frozenset({"routingKey"})
    await watch.store.follow(ONCALL, {"pagerduty"})
    assert await watch.after(INTERVAL - 1) == 0
    assert await watch.after(1) == 1
    assert await watch.queued() == []


async def test_what_is_missing_is_looked_for_ever_more_rarely(watch: Watch) -> None:
    await watch.store.follow(ONCALL, {"pagerduty"})
    assert watch.keys == SecretKeys(None)
    for pause in (FIRST_PAUSE_SECONDS, 60, 120, 240, INTERVAL, INTERVAL):
        assert await watch.after(pause - 1) == 0
        assert await watch.after(1) == 1


async def test_a_secret_that_appears_or_vanishes_queues_all_that_refer_to_it(watch: Watch) -> None:
    await watch.store.follow(ONCALL, {"pagerduty"})
    await watch.store.follow(TEAM, {"pagerduty"})
    watch.cluster.secrets[PLACE] = frozenset({"routingKey"})
    await watch.after(FIRST_PAUSE_SECONDS)
    assert await watch.queued() == [ONCALL, TEAM]
    del watch.cluster.secrets[PLACE]
    await watch.after(INTERVAL)
    assert await watch.queued() == [ONCALL, TEAM]
    assert await watch.after(FIRST_PAUSE_SECONDS) == 1


async def test_a_secret_of_two_is_read_once(watch: Watch) -> None:
    await watch.store.follow(ONCALL, {"pagerduty"})
    await watch.store.follow(TEAM, {"pagerduty"})
    await watch.store.follow(TEAM, {"pagerduty"})
    assert watch.cluster.secrets_read == [PLACE]


async def test_what_nobody_refers_to_any_more_is_read_no_more(watch: Watch) -> None:
    await watch.store.follow(ONCALL, {"pagerduty"})
    await watch.store.follow(TEAM, {"pagerduty"})
    await watch.store.follow(ONCALL, {"slack"})
    assert await watch.after(INTERVAL) == 2
    watch.store.forget(TEAM)
    assert await watch.after(INTERVAL) == 1
    with pytest.raises(KeyError):
        watch.store.keys(*PLACE)


async def test_what_may_not_be_read_is_known_as_such_and_asked_for_rarely(watch: Watch) -> None:
    watch.cluster.secrets_forbidden = True
    await watch.store.follow(ONCALL, {"pagerduty"})
    assert not watch.keys.permitted
    assert await watch.after(INTERVAL - 1) == 0
    watch.cluster.secrets_forbidden = False
    await watch.after(1)
    assert await watch.queued() == [ONCALL]


async def test_an_api_server_that_is_away_changes_nothing_that_is_known(watch: Watch) -> None:
    watch.cluster.secrets[PLACE] = frozenset({"routingKey"})
    await watch.store.follow(ONCALL, {"pagerduty"})
    watch.cluster.failing = Unavailable("away")
    await watch.after(INTERVAL)
    assert watch.keys.names == frozenset({"routingKey"})
    watch.cluster.failing = None
    assert await watch.after(FIRST_PAUSE_SECONDS) == 1


async def test_what_could_not_be_read_at_first_is_read_at_the_next_attempt(watch: Watch) -> None:
    watch.cluster.failing = Unavailable("away")
    with pytest.raises(Unavailable):
        await watch.store.follow(ONCALL, {"pagerduty"})
    watch.cluster.failing = None
    await watch.store.follow(ONCALL, {"pagerduty"})
    assert watch.keys == SecretKeys(None)


async def test_a_secret_that_is_forgotten_while_it_is_read_stays_forgotten(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.store.follow(ONCALL, {"pagerduty"})

    async def slow(*_: str) -> frozenset[str]:
        watch.store.forget(ONCALL)
        return frozenset({"routingKey"})

    monkeypatch.setattr(watch.cluster, "secret_keys", slow)
    await watch.after(FIRST_PAUSE_SECONDS)
    with pytest.raises(KeyError):
        watch.store.keys(*PLACE)


async def test_they_are_read_again_as_long_as_the_operator_runs(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bursar.engine.secrets.TICK_SECONDS", 0.0)
    await watch.store.follow(ONCALL, {"pagerduty"})
    running = asyncio.create_task(watch.store.run())
    watch.cluster.secrets[PLACE] = frozenset({"routingKey"})
    watch.clock.elapsed += FIRST_PAUSE_SECONDS
    async with asyncio.timeout(5):
        assert await watch.queue.get() == ONCALL
    running.cancel()
