"""What a user sees of the engine: objects and conditions, after edits, failures, drift, restarts."""

import asyncio
import copy
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bursar.compiler.plan import ChildRef, Manifest
from bursar.conventions import MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL, ChildKind, Reason
from bursar.engine.children import CONTESTED_SECONDS, REPAIRS_UNTIL_CONTESTED
from bursar.engine.feed import Sighting
from bursar.engine.kept import _parsed
from bursar.errors import Conflict, DependencyMissing, Refused, Throttled, Unavailable
from fakes.harness import KIND, Harness

RULE = ChildKind.PROMETHEUS_RULE


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    harness = Harness()
    yield harness
    harness.queue.close()


async def test_an_accepted_resource_gets_its_objects_and_is_ready(harness: Harness) -> None:
    key = harness.put(value=1)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 1}
    status = harness.cluster.status(key)
    assert status["observedGeneration"] == 1
    assert status["objects"] == [{"kind": "PrometheusRule", "name": "rule"}]
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"], ready["observedGeneration"]) == ("True", "Succeeded", 1)


async def test_an_edit_changes_the_object_and_removes_what_is_no_longer_planned(harness: Harness) -> None:
    harness.put(rules=["a", "b"])
    await harness.drain()
    harness.put(rules=["b"], value=2)
    await harness.drain()
    assert not harness.has_rule("a")
    assert harness.rule("b")["spec"] == {"value": 2}


async def test_looking_again_with_nothing_to_do_writes_nothing(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    before = harness.cluster.writes
    for _ in range(100):
        harness.report_all()
        harness.queue.add(key)
        await harness.drain()
    assert harness.cluster.writes == before


async def test_a_restart_with_nothing_to_do_writes_nothing(harness: Harness) -> None:
    harness.put(rules=["a", "b"])
    await harness.drain()
    before = harness.cluster.writes
    successor = harness.restart()
    await successor.drain()
    assert successor.cluster.writes == before


async def test_an_object_that_somebody_deletes_comes_back_and_an_event_says_so(harness: Harness) -> None:
    harness.put(value=3)
    await harness.drain()
    harness.report(RULE, "rule")
    del harness.cluster.objects[(RULE.value, "ns", "rule")]
    harness.report(RULE, "rule")
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 3}
    assert Reason.DRIFT_REPAIRED in [note.reason for note in harness.cluster.events]


async def test_an_object_that_somebody_edits_is_restored(harness: Harness) -> None:
    harness.put(value=3)
    await harness.drain()
    harness.cluster.store({**harness.rule(), "spec": {"value": 99}})
    harness.report(RULE, "rule")
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 3}


async def test_what_somebody_adds_to_a_spec_is_removed_although_an_apply_would_leave_it(harness: Harness) -> None:
    harness.put(value=3)
    await harness.drain()
    harness.cluster.store({**harness.rule(), "spec": {"value": 3, "added": True}})
    harness.report(RULE, "rule")
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 3}


async def test_a_label_of_somebody_else_stays_and_costs_no_write(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    metadata = harness.rule()["metadata"]
    harness.cluster.store(
        {**harness.rule(), "metadata": {**metadata, "labels": {**metadata["labels"], "backup": "yes"}}}
    )
    before = harness.cluster.writes
    harness.report(RULE, "rule")
    await harness.drain()
    assert harness.cluster.writes == before
    assert harness.rule()["metadata"]["labels"]["backup"] == "yes"


async def test_a_label_of_ours_that_somebody_removes_is_restored_and_the_object_is_not_called_foreign(
    harness: Harness,
) -> None:
    key = harness.put()
    await harness.drain()
    rule = copy.deepcopy(harness.rule())
    rule["metadata"]["labels"] = {}
    harness.cluster.store(rule)
    harness.feed.accept(sighting_of_a_lost_label())
    await harness.drain()
    assert harness.rule()["metadata"]["labels"][MANAGED_BY_LABEL] == "bursar"
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert ready["status"] == "True"


def sighting_of_a_lost_label() -> Sighting:
    return Sighting(RULE, "ns", "rule", None)


async def test_a_foreign_object_of_the_same_name_is_untouched_and_explained_and_taken_once_it_is_gone(
    harness: Harness,
) -> None:
    foreign = {"kind": RULE.value, "metadata": {"namespace": "ns", "name": "rule"}, "spec": {"theirs": True}}
    harness.cluster.store(foreign)
    key = harness.put()
    await harness.drain()
    assert harness.rule()["spec"] == {"theirs": True}
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("False", "NotOwned")
    assert "PrometheusRule ns/rule exists and was not made by Bursar" in ready["message"]
    del harness.cluster.objects[(RULE.value, "ns", "rule")]
    harness.queue.add(key)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 0}


async def test_an_object_with_our_labels_but_no_owner_is_ours(harness: Harness) -> None:
    labels = {MANAGED_BY_LABEL: "bursar", OWNER_KIND_LABEL: KIND.value, OWNER_NAME_LABEL: "x"}
    orphan = {"kind": RULE.value, "metadata": {"namespace": "ns", "name": "rule", "labels": labels}, "spec": {}}
    harness.cluster.store(orphan)
    harness.put(value=5)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 5}


async def test_an_invalid_spec_is_stalled_and_what_was_generated_stays(harness: Harness) -> None:
    key = harness.put(value=1)
    await harness.drain()
    harness.put(invalid=True)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 1}
    stalled = harness.cluster.condition(key, "Stalled")
    assert stalled is not None
    assert stalled["message"] == "spec.invalid: is not allowed; remove it"
    assert harness.cluster.condition(key, "Reconciling") is None
    harness.put(value=2)
    await harness.drain()
    assert harness.cluster.condition(key, "Stalled") is None
    assert harness.rule()["spec"] == {"value": 2}


async def test_a_missing_dependency_is_waited_for_and_what_was_generated_stays(harness: Harness) -> None:
    key = harness.put(value=1)
    await harness.drain()
    harness.put(wait=True)
    await harness.drain()
    assert harness.has_rule()
    reconciling = harness.cluster.condition(key, "Reconciling")
    assert reconciling is not None
    assert reconciling["reason"] == "DependencyNotReady"
    assert harness.cluster.condition(key, "Stalled") is None


async def test_a_change_of_what_a_resource_refers_to_looks_at_it_again(harness: Harness) -> None:
    dependant = harness.put("dependant", needs="base", rules=[])
    await harness.drain()
    harness.put("base", rules=[])
    async with asyncio.timeout(2):
        assert {await harness.queue.get(), await harness.queue.get()} == {harness.key("base"), dependant}


async def test_a_suspended_resource_keeps_what_it_has(harness: Harness) -> None:
    key = harness.put(value=1)
    await harness.drain()
    harness.put(value=2, suspend=True)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 1}
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("True", "Suspended")


async def test_a_recreated_resource_does_not_inherit_ready(harness: Harness) -> None:
    key = harness.put(uid="first")
    await harness.drain()
    harness.put(uid="second", wait=True)
    await harness.drain()
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert ready["status"] == "False"


async def test_a_server_that_fails_is_tried_again_and_the_failure_is_told(harness: Harness) -> None:
    key = harness.put()
    harness.cluster.failing = Unavailable("the API server is away")
    await harness.drain()
    assert harness.queue.failures(key) == 1
    harness.cluster.failing = None
    harness.queue.add(key)
    await harness.drain()
    assert harness.queue.failures(key) == 0
    assert harness.has_rule()


@pytest.mark.parametrize("error", [Throttled("slow down", retry_after=3.0), Conflict("changed")])
async def test_a_conflict_or_a_throttle_is_retried_without_a_word_in_status(harness: Harness, error: Exception) -> None:
    key = harness.put()
    harness.cluster.failing = error  # type: ignore[assignment]
    await harness.drain()
    assert harness.queue.failures(key) == 1
    assert harness.cluster.status(key) == {}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DependencyMissing("no matches for PrometheusRule"), "DependencyNotReady"),
        (Refused("spec.groups: too long"), "ProgressingWithRetry"),
    ],
)
async def test_a_refused_object_is_explained_in_the_conditions(
    harness: Harness, error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: object) -> None:
        raise error

    monkeypatch.setattr(harness.cluster, "apply", refuse)
    key = harness.put()
    await harness.drain()
    reconciling = harness.cluster.condition(key, "Reconciling")
    assert reconciling is not None
    assert (reconciling["reason"], reconciling["message"]) == (reason, str(error))


async def test_a_defect_of_ours_is_retried_slowly_and_does_not_stop_the_worker(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    key = harness.put("broken", bug=True)
    harness.put("fine", rules=["fine"])
    await harness.drain()
    assert harness.queue.failures(key) == 1
    assert harness.has_rule("fine")
    assert "ZeroDivisionError" in caplog.text
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("Unknown", "InternalError")


async def test_a_defect_that_cannot_even_be_told_is_only_logged(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.put(bug=True)
    harness.cluster.failing = Unavailable("away")
    await harness.drain()
    assert "status not written" in caplog.text
    assert harness.queue.idle


async def test_what_prometheus_operator_refuses_is_not_ready(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    refusal = {"type": "Accepted", "status": "False", "message": "invalid rule"}
    binding = {"resource": "prometheuses", "namespace": "monitoring", "name": "k8s", "conditions": [refusal]}
    harness.cluster.store({**harness.rule(), "status": {"bindings": [binding]}})
    harness.report(RULE, "rule")
    await harness.drain()
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("False", "Rejected")
    assert "PrometheusRule rule: prometheuses monitoring/k8s: invalid rule" in ready["message"]


async def test_a_request_for_a_reconcile_is_echoed(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    thing = copy.deepcopy(harness.cluster.objects[(KIND.value, "ns", "x")])
    thing["metadata"]["annotations"] = {"bursar.dev/requestedAt": "now"}
    harness.cluster.store(thing)
    harness.report(KIND, "x")
    await harness.drain()
    assert harness.cluster.status(key)["lastHandledRequest"] == "now"


async def test_a_deleted_resource_is_forgotten(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    del harness.cluster.objects[(KIND.value, "ns", "x")]
    harness.report(KIND, "x")
    await harness.drain()
    assert harness.store.get(key) is None
    assert harness.index.get(ChildRef(RULE, "ns", "rule")) is not None


async def test_a_status_that_somebody_edits_is_restored(harness: Harness) -> None:
    key = harness.put()
    await harness.drain()
    thing = copy.deepcopy(harness.cluster.objects[(KIND.value, "ns", "x")])
    thing["status"] = {"observedGeneration": 77}
    harness.cluster.store(thing)
    harness.report(KIND, "x")
    await harness.drain()
    assert harness.cluster.status(key)["observedGeneration"] == 1


async def test_a_platform_label_that_is_taken_out_of_the_settings_is_taken_off_the_objects() -> None:
    harness = Harness(labels={"release": "kps"})
    harness.put()
    await harness.drain()
    owned = {"manager": "bursar", "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:release": {}}}}}
    rule = copy.deepcopy(harness.rule())
    rule["metadata"]["managedFields"] = [owned]
    harness.cluster.store(rule)
    harness.labels = {}
    successor = harness.restart()
    before = successor.cluster.writes
    await successor.drain()
    assert successor.cluster.writes > before


async def test_an_object_that_somebody_changes_again_and_again_is_restored_once_a_minute_and_that_is_told(
    harness: Harness,
) -> None:
    key = harness.put(value=3)
    await harness.drain()
    for _ in range(REPAIRS_UNTIL_CONTESTED):
        await meddle(harness)
        assert harness.rule()["spec"] == {"value": 3}
    await meddle(harness)
    assert harness.rule()["spec"] == {"value": 99}
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("False", "Contested")
    harness.clock.elapsed += CONTESTED_SECONDS
    harness.queue.add(key)
    await harness.drain()
    assert harness.rule()["spec"] == {"value": 3}
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert ready["status"] == "True"


async def meddle(harness: Harness) -> None:
    harness.report(RULE, "rule")
    harness.cluster.store({**harness.rule(), "spec": {"value": 99}})
    harness.report(RULE, "rule")
    await harness.drain()


async def test_an_event_that_is_older_than_our_own_write_is_no_news(harness: Harness) -> None:
    harness.put()
    before = copy.deepcopy(harness.cluster.objects[(KIND.value, "ns", "x")])
    await harness.drain()
    harness.feed.accept(Sighting(KIND, "ns", "x", before))
    assert harness.queue.idle


async def test_the_first_sighting_of_a_status_is_not_somebody_elses_edit(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    live = harness.store.get(harness.key())
    assert live is not None
    status = harness.cluster.status(live.key)
    reborn = replace(live, uid="another", resource_version="999")
    assert not harness.status.seen(reborn, status)
    assert harness.status.decided(reborn)["observedGeneration"] == 1
    assert harness.status.seen(replace(reborn, resource_version="1000"), {})
    assert not harness.status.seen(replace(reborn, resource_version="998"), status)


async def test_a_message_beyond_the_limit_of_a_condition_is_cut(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: object) -> None:
        raise Refused("x" * 40_000)

    monkeypatch.setattr(harness.cluster, "apply", refuse)
    key = harness.put()
    await harness.drain()
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert len(ready["message"]) == 32_768


async def test_a_resource_that_is_ready_from_the_first_is_no_event(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    assert harness.cluster.events == []


async def test_a_turn_of_ready_is_an_event_either_way(harness: Harness) -> None:
    harness.put(wait=True)
    await harness.drain()
    harness.put()
    await harness.drain()
    assert [(note.severity, note.reason) for note in harness.cluster.events] == [
        ("Warning", Reason.DEPENDENCY_NOT_READY),
        ("Normal", Reason.SUCCEEDED),
    ]


async def test_the_echo_of_our_own_writes_is_not_even_read(harness: Harness) -> None:
    harness.put()
    await harness.drain()
    known = harness.store.get(harness.key()), harness.index.get(ChildRef(RULE, "ns", "rule"))
    harness.report_all()
    assert harness.store.get(harness.key()) is known[0]
    assert harness.index.get(ChildRef(RULE, "ns", "rule")) is known[1]


async def test_a_new_resource_is_ready_after_two_writes_and_nothing_is_read_for_it(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.cluster, "get", None)
    key = harness.put()
    await harness.drain()
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert ready["status"] == "True"
    assert harness.cluster.writes == 2


async def test_a_foreign_object_that_comes_just_before_ours_is_made_stays_untouched(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = {"kind": RULE.value, "metadata": {"namespace": "ns", "name": "rule"}, "spec": {"theirs": True}}
    create = harness.cluster.create

    async def beaten(manifest: Manifest) -> Manifest | None:
        harness.cluster.store(foreign)
        return await create(manifest)

    monkeypatch.setattr(harness.cluster, "create", beaten)
    harness.put()
    await harness.drain()
    assert harness.rule()["spec"] == {"theirs": True}


async def test_a_resource_is_parsed_once_however_often_its_status_changes(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    spec = harness.feed.kinds[KIND]

    def parse(raw: Mapping[str, Any]) -> Any:
        parsed.append(raw["metadata"]["name"])
        return spec.parse(raw)

    monkeypatch.setitem(harness.feed.kinds, KIND, replace(spec, parse=parse))
    _parsed.cache_clear()
    harness.put()
    await harness.drain()
    _parsed.cache_clear()
    parsed.clear()
    for _ in range(3):
        harness.cluster.store(harness.cluster.objects[(KIND.value, "ns", "x")])
        harness.report(KIND, "x")
    assert parsed == []
    harness.put(value=2)
    assert parsed == ["x"]


async def test_a_resource_is_decided_with_its_secrets_and_again_when_one_of_them_changes(harness: Harness) -> None:
    harness.cluster.secrets["ns", "key"] = frozenset({"token"})
    key = harness.put(secrets=["key"])
    await harness.drain()
    assert harness.has_rule()
    del harness.cluster.secrets["ns", "key"]
    harness.clock.elapsed += 300
    await harness.secrets.look()
    await harness.drain()
    ready = harness.cluster.condition(key, "Ready")
    assert ready is not None
    assert (ready["reason"], ready["message"]) == ("DependencyNotReady", "the Secret is missing; create it")
    assert harness.has_rule()


async def test_a_restart_reads_the_secrets_and_writes_nothing(harness: Harness) -> None:
    harness.cluster.secrets["ns", "key"] = frozenset({"token"})
    harness.put(secrets=["key"])
    await harness.drain()
    await harness.observation.cycle()
    before = harness.cluster.writes
    successor = harness.restart()
    await successor.drain()
    await successor.observation.cycle()
    assert successor.cluster.writes == before


async def test_the_secrets_of_a_deleted_resource_are_read_no_more(harness: Harness) -> None:
    key = harness.put(secrets=["key"])
    await harness.drain()
    del harness.cluster.objects[(KIND.value, "ns", key.name)]
    harness.report(KIND, key.name)
    await harness.drain()
    harness.clock.elapsed += 300
    read = len(harness.cluster.secrets_read)
    await harness.secrets.look()
    assert len(harness.cluster.secrets_read) == read
