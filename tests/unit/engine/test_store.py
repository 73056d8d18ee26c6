"""What the stores make of what they see."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bursar.api.parse import parse_resource
from bursar.compiler.plan import ChildRef, Key, Rejected
from bursar.conventions import MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL, ChildKind, Kind, Reason
from bursar.engine.kept import keep
from bursar.engine.store import ChildIndex, Live, ResourceStore, child_of, newer
from bursar.engine.verdicts import conditions_for
from bursar.errors import FieldError, InvalidSpec

REF = ChildRef(ChildKind.PROMETHEUS_RULE, "ns", "rule")
KEY = Key(Kind.SLA, "ns", "x")
LABELS = {MANAGED_BY_LABEL: "bursar", OWNER_KIND_LABEL: "SLA", OWNER_NAME_LABEL: "x"}
INDICATOR = {"ratio": {"bad": "bad_total", "total": "all_total"}}
RAW = {
    "metadata": {"name": "x", "namespace": "ns"},
    "spec": {"objectives": [{"name": "o", "target": 99.9, "indicator": INDICATOR}]},
}
OWNER = {"apiVersion": "bursar.dev/v1alpha1", "kind": "SLA", "name": "x", "uid": "owner"}


def child(*, labels: dict[str, str] | None = None, owners: list[Any] | None = None, status: Any = None) -> Any:
    metadata = {"uid": "u", "resourceVersion": "1", "labels": labels or {}, "ownerReferences": owners or []}
    return {"metadata": metadata, "spec": {}, "status": status or {}}


def live(key: Key, *, version: str = "1", uid: str = "u") -> Live:
    return Live(key, uid, 1, version, "", keep(partial(parse_resource, Kind.SLA), RAW), None)


@pytest.mark.parametrize(
    ("labels", "owners", "owner"),
    [
        (LABELS, [OWNER], KEY),
        ({}, [OWNER], KEY),
        (LABELS, [], KEY),
        ({}, [], None),
        ({}, [{**OWNER, "apiVersion": "apps/v1"}], None),
        ({**LABELS, MANAGED_BY_LABEL: "helm"}, [], None),
        ({**LABELS, OWNER_KIND_LABEL: "Deployment"}, [], None),
        ({MANAGED_BY_LABEL: "bursar"}, [], None),
    ],
)
def test_an_object_is_ours_by_its_owner_or_by_its_labels(labels: Any, owners: Any, owner: Key | None) -> None:
    found = child_of(REF, child(labels=labels, owners=owners))
    assert (found.owner if found else None) == owner


def test_an_object_without_an_owner_belongs_to_whom_it_belonged_before() -> None:
    long_name = Key(Kind.SLA, "ns", "x" * 80)
    known = child_of(REF, child(owners=[{**OWNER, "name": long_name.name}]))
    found = child_of(REF, child(labels={**LABELS, OWNER_NAME_LABEL: "x-abbreviated"}), known)
    assert found is not None
    assert found.owner == long_name


def test_a_refusal_without_a_message_is_told_by_its_reason() -> None:
    conditions = [{"type": "Accepted", "status": "False", "reason": "InvalidConfiguration"}, {"type": "Accepted"}]
    found = child_of(REF, child(owners=[OWNER], status={"bindings": [{"namespace": "m", "name": "k8s"}]}))
    assert found is not None
    assert found.rejection == ""
    bindings = [{"namespace": "m", "name": "k8s", "conditions": conditions}]
    found = child_of(REF, child(owners=[OWNER], status={"bindings": bindings}))
    assert found is not None
    assert found.rejection == "workload m/k8s: InvalidConfiguration"


def test_an_index_knows_what_belongs_to_whom_and_in_which_version() -> None:
    index = ChildIndex()
    found = child_of(REF, child(owners=[OWNER]))
    assert found is not None
    index.put(found)
    assert index.of(KEY) == (found,)
    assert list(index) == [REF]
    assert index.versions(ChildKind.PROMETHEUS_RULE) == {("ns", "rule"): ("u", "1")}
    assert index.versions(ChildKind.PROBE) == {}
    index.remove(REF)
    assert index.of(KEY) == ()
    assert index.remove(REF) is None


def test_references_follow_an_edit() -> None:
    store, other = ResourceStore(), Key(Kind.MONITORING_TARGET, "ns", "other")
    target = Key(Kind.MONITORING_TARGET, "ns", "target")
    store.put(live(KEY), frozenset({target}))
    assert store.dependants(target) == {KEY}
    store.put(live(KEY), frozenset({other}))
    assert store.dependants(target) == frozenset()
    assert store.dependants(other) == {KEY}
    store.remove(KEY)
    assert store.dependants(other) == frozenset()


def test_what_refers_to_a_dependant_depends_as_well() -> None:
    target, sla, dashboard = (Key(kind, "ns", "x") for kind in (Kind.MONITORING_TARGET, Kind.SLA, Kind.DASHBOARD))
    store = ResourceStore()
    store.put(live(dashboard), frozenset({sla}))
    store.put(live(sla), frozenset({target}))
    assert store.dependants(target) == {sla, dashboard}
    assert store.dependants(dashboard) == frozenset()


def test_our_own_write_advances_the_version_of_just_that_object() -> None:
    store = ResourceStore()
    store.put(live(KEY, version="5"), frozenset())
    for uid, version in (("other", "9"), ("u", "4")):
        store.advance(KEY, uid=uid, resource_version=version)
    found = store.get(KEY)
    assert found is not None
    assert found.resource_version == "5"
    store.advance(KEY, uid="u", resource_version="10")
    found = store.get(KEY)
    assert found is not None
    assert found.resource_version == "10"


@pytest.mark.parametrize(
    ("version", "than", "expected"), [("10", "9", True), ("9", "10", False), ("9", "9", False), ("a", "b", True)]
)
def test_versions_are_numbers_that_grow(version: str, than: str, *, expected: bool) -> None:
    assert newer(version, than) is expected


def test_a_rejected_plan_is_stalled() -> None:
    conditions = conditions_for(Rejected(Reason.INVALID_SPEC, "spec.x: no"), ())
    assert [(entry.type, entry.status) for entry in conditions] == [("Ready", "False"), ("Stalled", "True")]


def test_an_invalid_version_keeps_the_last_valid_one_of_the_same_object_beside_it() -> None:
    store = ResourceStore()
    valid, reason = live(KEY), InvalidSpec((FieldError("spec.x", "no"),))
    store.put(valid, frozenset())
    store.put(replace(valid, kept=None, invalid=reason), frozenset())
    found = store.get(KEY)
    assert found is not None
    assert (found.resource, found.invalid) == (valid.resource, reason)
    store.put(replace(valid, uid="another", kept=None, invalid=reason), frozenset())
    found = store.get(KEY)
    assert found is not None
    assert found.resource is None
