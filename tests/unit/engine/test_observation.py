"""When the books are written, and what stays when they cannot be read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bursar.compiler.plan import Key
from bursar.engine.observation import LONGEST_POSTPONEMENT_SECONDS, LONGEST_SILENCE_SECONDS
from bursar.engine.ports import Source, Sources
from bursar.errors import Unavailable
from bursar.observer.samples import Observed
from fakes.harness import KIND, Harness


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    harness = Harness()
    yield harness
    harness.queue.close()


async def test_a_reading_is_written_beside_what_was_decided(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    status = harness.cluster.status(key)
    assert status["reading"] == 1
    assert {condition["type"] for condition in status["conditions"]} == {"Ready", "DataFresh"}


async def test_an_unchanged_reading_is_not_written_again_but_once_an_hour(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    await harness.observation.cycle()
    before = harness.cluster.writes
    await harness.observation.cycle()
    assert harness.cluster.writes == before
    harness.clock.elapsed += LONGEST_SILENCE_SECONDS + 1
    harness.observer.answer = 1
    await harness.observation.cycle()
    assert harness.cluster.writes == before  # nothing differs, so even then there is nothing to write


async def test_a_changed_reading_is_written_and_causes_no_reconcile(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    harness.observer.answer = 2
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 2
    harness.report_all()
    assert harness.queue.idle


async def test_one_failure_changes_nothing_and_a_second_marks_the_values_as_stale_and_all_recovers(
    harness: Harness,
) -> None:
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    harness.observer.failure = Unavailable("connection refused")
    await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert fresh["status"] == "True"
    await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert (fresh["status"], fresh["message"]) == ("False", "connection refused")
    assert harness.cluster.status(key)["reading"] == 1
    harness.observer.failure = None
    await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert fresh["status"] == "True"


async def test_an_outage_keeps_what_was_read_last_though_it_was_not_worth_writing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.observer, "changed", lambda previous, new: previous.conditions != new.conditions)
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    harness.observer.answer = 2
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 1
    harness.observer.failure = Unavailable("connection refused")
    for _ in range(2):
        await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 2


async def test_an_edit_in_an_outage_does_not_make_old_values_fresh(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    harness.observer.failure = Unavailable("connection refused")
    for _ in range(2):
        await harness.observation.cycle()
    harness.put(value=2)
    await harness.drain()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert (fresh["status"], fresh["observedGeneration"]) == ("False", 2)


async def test_after_a_restart_without_prometheus_the_last_values_stay(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    harness.observer.answer = 41
    await harness.observation.cycle()
    successor = harness.restart()
    successor.observer.failure = Unavailable("connection refused")
    await successor.drain()
    for _ in range(3):
        await successor.observation.cycle()
    assert successor.cluster.status(key)["reading"] == 41
    fresh = successor.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert fresh["status"] == "False"


async def test_without_a_configured_prometheus_the_status_says_so(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    harness.observation._sources = Sources()
    await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert "set the operator's prometheusUrl" in fresh["message"]


async def test_a_kind_is_read_from_its_own_source_and_misses_no_other(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    async def survey(server: Any, _: Any) -> int:
        asked.append(server)
        return 1

    monkeypatch.setattr(harness.observer, "survey", survey)
    routes: Any = object()
    harness.observation._kinds = {KIND: replace(harness.observation._kinds[KIND], source=Source.ALERTMANAGER)}
    key = harness.put()
    await harness.drain()
    harness.observation._sources = Sources(alertmanager=routes)
    await harness.observation.cycle()
    assert asked == [routes]
    assert harness.cluster.status(key)["reading"] == 1
    harness.observation._sources = Sources(prometheus=routes)
    await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert fresh["message"] == "no Alertmanager is configured; set the operator's alertmanagerUrl"


@pytest.mark.parametrize("edit", [{"value": 2}, {"value": 2, "suspend": True}], ids=["edited", "and suspended"])
async def test_after_an_edit_every_condition_speaks_of_the_new_generation(
    harness: Harness, edit: dict[str, Any]
) -> None:
    key = harness.put()
    await harness.drain()
    await harness.observation.cycle()
    harness.put(**edit)
    await harness.drain()
    status = harness.cluster.status(key)
    assert {condition["observedGeneration"] for condition in status["conditions"]} == {2}


async def test_a_time_of_transition_moves_only_with_the_status(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    first = harness.cluster.condition(key, "Ready")
    harness.clock.elapsed += 60
    harness.put(value=2)
    await harness.drain()
    same = harness.cluster.condition(key, "Ready")
    harness.put(wait=True)
    await harness.drain()
    turned = harness.cluster.condition(key, "Ready")
    assert first is not None
    assert same is not None
    assert turned is not None
    assert first["lastTransitionTime"] == same["lastTransitionTime"]
    assert turned["lastTransitionTime"] != same["lastTransitionTime"]


async def test_a_resource_that_vanishes_during_a_cycle_is_not_written(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    live = harness.store.get(harness.key())
    assert live is not None
    harness.store.remove(harness.key())
    before = harness.cluster.writes
    await harness.observation._write(live, harness.observer.observe(live.key, None, None, 1, None))
    assert harness.cluster.writes == before


async def test_a_failing_write_of_the_books_is_tried_again_in_the_next_cycle(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    harness.cluster.failing = Unavailable("away")
    await harness.observation.cycle()
    harness.cluster.failing = None
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 1


async def test_a_defect_in_the_reading_of_one_resource_spares_the_others(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    harness.put("broken", rules=["broken"])
    fine = harness.put("fine", rules=["fine"])
    await harness.drain()
    observe = harness.observer.observe

    def fail_for_one(key: Key, *rest: Any) -> Observed:
        if key.name == "broken":
            raise ZeroDivisionError("a defect")
        return observe(key, *rest)

    monkeypatch.setattr(harness.observer, "observe", fail_for_one)
    await harness.observation.cycle()
    assert harness.cluster.status(fine)["reading"] == 1
    assert "ZeroDivisionError" in caplog.text


async def test_a_namesakes_facts_are_not_used_for_a_recreated_resource(harness: Harness) -> None:
    key = harness.put(uid="first")
    await harness.drain()
    harness.put(uid="second", wait=True)
    await harness.drain()
    await harness.observation.cycle()
    assert "reading" not in harness.cluster.status(key)


async def test_a_resource_that_no_worker_has_looked_at_gets_no_books(harness: Harness) -> None:
    key = harness.put()
    harness.observer.failure = Unavailable("connection refused")
    await harness.observation.cycle()
    await harness.observation.cycle()
    assert "conditions" not in harness.cluster.status(key)
    await harness.drain()
    await harness.observation.cycle()
    assert harness.cluster.condition(key, "DataFresh") is not None


@pytest.fixture
def looks(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> list[Key]:
    """Which resources' books are put in words."""
    seen: list[Key] = []
    observe = harness.observer.observe

    def counted(key: Key, *rest: Any) -> Observed:
        seen.append(key)
        return observe(key, *rest)

    monkeypatch.setattr(harness.observer, "observe", counted)
    return seen


async def settled(harness: Harness, name: str = "x") -> Key:
    """A resource whose books are written, compared and found quiet."""
    key = harness.put(name)
    await harness.drain()
    for _ in range(2):
        await harness.observation.cycle()
    return key


async def test_quiet_books_are_not_put_in_words_until_they_move(harness: Harness, looks: list[Key]) -> None:
    key = await settled(harness)
    looks.clear()
    await harness.observation.cycle()
    assert looks == []
    harness.observer.answer = 2
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 2


async def test_quiet_books_are_written_again_within_the_hour(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await settled(harness)
    monkeypatch.setattr(harness.observer, "is_quiet", lambda *_: True)
    monkeypatch.setattr(harness.observer, "changed", lambda *_: False)
    harness.observer.answer = 2
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 1
    harness.clock.elapsed += LONGEST_SILENCE_SECONDS + 1
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 2


async def test_books_that_somebody_changes_in_a_status_are_restored_though_they_are_quiet(harness: Harness) -> None:
    key = await settled(harness)
    place = (key.kind.value, "ns", "x")
    meddled = {**harness.cluster.objects[place], "status": {**harness.cluster.status(key), "reading": 99}}
    harness.cluster.store(meddled)
    harness.report_all()
    await harness.observation.cycle()
    assert harness.cluster.status(key)["reading"] == 1


async def test_an_outage_is_told_of_quiet_books_too(harness: Harness) -> None:
    key = await settled(harness)
    harness.observer.failure = Unavailable("connection refused")
    for _ in range(2):
        await harness.observation.cycle()
    fresh = harness.cluster.condition(key, "DataFresh")
    assert fresh is not None
    assert fresh["status"] == "False"


async def test_the_first_books_of_a_crowd_wait_until_it_is_ready_but_not_for_ever(harness: Harness) -> None:
    known = await settled(harness, "known")
    key = harness.put("new")
    await harness.drain()
    await harness.observation.cycle()
    newest = harness.put("newest")
    await harness.drain()
    harness.put("waiting")
    harness.observer.answer = 2
    await harness.observation.cycle()
    assert harness.cluster.status(known)["reading"] == 2
    assert harness.cluster.status(key)["reading"] == 2
    assert "reading" not in harness.cluster.status(newest)
    harness.clock.elapsed += LONGEST_POSTPONEMENT_SECONDS
    await harness.observation.cycle()
    assert harness.cluster.status(newest)["reading"] == 2


async def test_changes_are_written_before_first_books_and_what_is_late_in_the_next_cycle(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.put("reborn")
    key = await settled(harness, "known")
    reborn = harness.put("reborn", uid="another")
    await harness.drain()
    monkeypatch.setattr("bursar.engine.observation.WRITES_AT_ONCE", 1)
    apply_status = harness.cluster.apply_status

    async def slowly(*given: Any, **named: Any) -> Any:
        harness.clock.elapsed += 10
        return await apply_status(*given, **named)

    monkeypatch.setattr(harness.cluster, "apply_status", slowly)
    harness.observer.answer = 2
    await harness.observation.cycle(writing_seconds=10)
    assert harness.cluster.status(key)["reading"] == 2
    assert "reading" not in harness.cluster.status(reborn)
    await harness.observation.cycle(writing_seconds=10)
    assert harness.cluster.status(reborn)["reading"] == 2
