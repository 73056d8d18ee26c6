"""What a user sees of the operator on the real API server, where it runs under the rights of the chart."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fakes.samples import (
    MONITORING,
    condition,
    has,
    is_ready,
    monitor_path,
    rule_path,
    sla,
    sla_path,
    target,
    target_path,
)
from sandbox.api import ApiError
from sandbox.cluster import Cluster
from sandbox.operator import OperatorProcess
from sandbox.process import wait_until

StartOperator = Callable[..., OperatorProcess]
REPAIR_SECONDS = 5.0
CONFLICT = 409
GARBAGE_SECONDS = 90.0  # the garbage collector learns of new CRDs every 30 s


@pytest.fixture(scope="module")
def operator(
    module_operator: Callable[..., OperatorProcess],
) -> OperatorProcess:
    """One operator for all tests that do not stop it."""
    return module_operator(not_owned_interval="1s", resync_interval="1h")


@pytest.fixture
def ready(control_plane: Cluster, namespace: str, operator: OperatorProcess) -> str:
    """A namespace with a target and an SLA that are Ready."""
    control_plane.apply([target(namespace), sla(namespace)])
    control_plane.api.eventually(sla_path(namespace), is_ready)
    return namespace


def recorded(rule: Any) -> list[str]:
    return [entry["record"] for group in rule["spec"]["groups"] for entry in group["rules"] if "record" in entry]


def test_a_target_and_an_sla_become_ready_in_any_order(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    control_plane.apply([sla(namespace)])
    waiting = control_plane.api.eventually(sla_path(namespace), has("Ready", "False", "DependencyNotReady"))
    assert "there is no valid MonitoringTarget checkout" in condition(waiting, "Reconciling")["message"]
    assert condition(waiting, "Stalled") is None
    control_plane.apply([target(namespace)])
    control_plane.api.eventually(sla_path(namespace), is_ready)
    rule = control_plane.api.get(rule_path(namespace))
    assert [owner["kind"] for owner in rule["metadata"]["ownerReferences"]] == ["SLA"]
    assert control_plane.api.get(monitor_path(namespace))


def test_an_edit_reaches_the_rule_and_nothing_is_written_into_the_users_spec_or_metadata(
    control_plane: Cluster, ready: str
) -> None:
    control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=99)["spec"]})
    edited = control_plane.api.eventually(sla_path(ready), is_ready)
    control_plane.api.eventually(rule_path(ready), lambda rule: "/ 0.01" in str(rule))
    assert set(edited["metadata"]).isdisjoint({"finalizers", "annotations"})
    managers = {entry["manager"] for entry in edited["metadata"]["managedFields"] if "subresource" not in entry}
    assert not {manager for manager in managers if manager.startswith("bursar")}


def test_a_deleted_target_leaves_the_rule_and_a_restored_one_heals_the_sla(control_plane: Cluster, ready: str) -> None:
    control_plane.api.delete(target_path(ready))
    control_plane.api.eventually(sla_path(ready), has("Ready", "False", "DependencyNotReady"))
    control_plane.api.gone(monitor_path(ready), seconds=GARBAGE_SECONDS)
    assert control_plane.api.get(rule_path(ready))
    control_plane.apply([target(ready)])
    control_plane.api.eventually(sla_path(ready), is_ready)


def test_a_deleted_rule_is_back_within_five_seconds_and_an_event_says_so(control_plane: Cluster, ready: str) -> None:
    uid = control_plane.api.get(rule_path(ready))["metadata"]["uid"]
    control_plane.api.delete(rule_path(ready))
    control_plane.api.eventually(rule_path(ready), lambda rule: rule["metadata"]["uid"] != uid, seconds=REPAIR_SECONDS)
    events = f"/api/v1/namespaces/{ready}/events"
    control_plane.api.eventually(events, lambda found: "DriftRepaired" in {e["reason"] for e in found["items"]})


def edit_an_expression(rule: Any) -> None:
    rule["spec"]["groups"][0]["rules"][0]["expr"] = "vector(1)"


def delete_a_group(rule: Any) -> None:
    del rule["spec"]["groups"][0]


def add_a_group(rule: Any) -> None:
    rule["spec"]["groups"].append({"name": "mine", "rules": [{"record": "x", "expr": "vector(1)"}]})


def add_a_rule_label(rule: Any) -> None:
    rule["spec"]["groups"][0]["rules"][0]["labels"]["added"] = "by-hand"


def remove_our_labels(rule: Any) -> None:
    rule["metadata"]["labels"] = {}


def remove_the_owner(rule: Any) -> None:
    rule["metadata"]["ownerReferences"] = []


@pytest.mark.parametrize(
    "meddle",
    [edit_an_expression, delete_a_group, add_a_group, add_a_rule_label, remove_our_labels, remove_the_owner],
)
def test_a_rule_that_somebody_edits_is_as_it_was_within_five_seconds(
    control_plane: Cluster, ready: str, meddle: Callable[[Any], None]
) -> None:
    before = edited(control_plane, rule_path(ready), meddle)

    def restored(rule: Any) -> bool:
        metadata, was = rule["metadata"], before["metadata"]
        return bool(
            rule["spec"] == before["spec"]
            and metadata.get("labels") == was["labels"]
            and metadata.get("ownerReferences") == was["ownerReferences"]
        )

    control_plane.api.eventually(rule_path(ready), restored, seconds=REPAIR_SECONDS)
    control_plane.api.eventually(sla_path(ready), is_ready)


def edited(control_plane: Cluster, path: str, meddle: Callable[[Any], None]) -> Any:
    """Edit as kubectl does, anew where somebody else was faster; returns the object as it was before."""
    while True:
        before = control_plane.api.get(path)
        changed = copy.deepcopy(before)
        meddle(changed)
        try:
            control_plane.api.request("PUT", path, changed)
        except ApiError as error:
            if error.status != CONFLICT:
                raise
        else:
            return before


def test_a_label_and_an_annotation_of_somebody_else_stay(control_plane: Cluster, ready: str) -> None:
    theirs = {"labels": {"backup.example.com/name": "nightly"}, "annotations": {"validated": "true"}}
    control_plane.api.merge(rule_path(ready), {"metadata": theirs})
    control_plane.api.merge(sla_path(ready), {"spec": sla(ready, percent=98)["spec"]})
    rule = control_plane.api.eventually(rule_path(ready), lambda found: "/ 0.02" in str(found))
    assert rule["metadata"]["labels"]["backup.example.com/name"] == "nightly"
    assert rule["metadata"]["annotations"] == {"validated": "true"}


def test_a_foreign_rule_of_the_same_name_is_untouched_and_explained_and_taken_once_it_is_gone(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    foreign = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "sla-checkout", "namespace": namespace},
        "spec": {"groups": [{"name": "theirs", "rules": [{"record": "x", "expr": "vector(1)"}]}]},
    }
    control_plane.apply([foreign, target(namespace), sla(namespace)])
    blocked = control_plane.api.eventually(sla_path(namespace), has("Ready", "False", "NotOwned"))
    assert "exists and was not made by Bursar" in condition(blocked, "Ready")["message"]
    assert control_plane.api.get(rule_path(namespace))["spec"] == foreign["spec"]
    control_plane.api.delete(rule_path(namespace))
    control_plane.api.eventually(sla_path(namespace), is_ready)
    assert "bursar:sli_total:rate" in recorded(control_plane.api.get(rule_path(namespace)))


def test_a_resource_that_is_deleted_and_recreated_at_once_does_not_inherit_ready(
    control_plane: Cluster, ready: str
) -> None:
    control_plane.api.delete(target_path(ready))
    control_plane.api.delete(sla_path(ready))
    control_plane.apply([sla(ready)])
    again = control_plane.api.eventually(sla_path(ready), lambda found: condition(found, "Ready") is not None)
    assert condition(again, "Ready")["status"] == "False"
    control_plane.apply([target(ready)])
    control_plane.api.eventually(sla_path(ready), is_ready)
    uid = control_plane.api.get(sla_path(ready))["metadata"]["uid"]
    control_plane.api.eventually(
        rule_path(ready), lambda rule: [owner["uid"] for owner in rule["metadata"]["ownerReferences"]] == [uid]
    )


def test_a_spec_that_becomes_invalid_is_stalled_and_the_old_rules_stay(control_plane: Cluster, ready: str) -> None:
    before = control_plane.api.get(rule_path(ready))["spec"]
    broken = {"total": "http_requests_total{", "bad": "http_errors_total"}
    objective = {"name": "availability", "target": 99.9, "indicator": {"ratio": broken}}
    control_plane.api.merge(sla_path(ready), {"spec": {"objectives": [objective]}})
    stalled = control_plane.api.eventually(sla_path(ready), has("Stalled", "True", "InvalidSpec"))
    message = condition(stalled, "Stalled")["message"]
    assert message.startswith("spec.objectives[0].indicator.ratio.total: 1:")
    assert condition(stalled, "Reconciling") is None
    assert control_plane.api.get(rule_path(ready))["spec"] == before
    control_plane.api.merge(sla_path(ready), {"spec": sla(ready)["spec"]})
    healed = control_plane.api.eventually(sla_path(ready), is_ready)
    assert condition(healed, "Stalled") is None


def test_a_request_by_annotation_is_handled_and_echoed(control_plane: Cluster, ready: str) -> None:
    control_plane.api.merge(sla_path(ready), {"metadata": {"annotations": {"bursar.dev/requestedAt": "today"}}})
    control_plane.api.eventually(sla_path(ready), lambda found: found["status"].get("lastHandledRequest") == "today")


def test_a_suspended_sla_keeps_its_rule_through_an_edit(control_plane: Cluster, ready: str) -> None:
    before = control_plane.api.get(rule_path(ready))["spec"]
    control_plane.api.merge(sla_path(ready), {"spec": {**sla(ready, percent=90)["spec"], "suspend": True}})
    control_plane.api.eventually(sla_path(ready), has("Ready", "True", "Suspended"))
    assert control_plane.api.get(rule_path(ready))["spec"] == before


def test_a_crd_that_is_installed_after_the_operator_is_noticed(
    control_plane: Cluster, namespace: str, operator: OperatorProcess
) -> None:
    crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/probes.monitoring.coreos.com"
    definition = control_plane.api.get(crd)
    control_plane.api.delete(crd)
    control_plane.api.gone(crd)
    missing = '"missingKinds": ["Probe"]'
    probe = target(namespace, "site")
    probe["spec"] = {"scrape": {"probe": {"prober": "blackbox:9115", "targets": ["https://shop.example.com"]}}}
    try:
        wait_until(lambda: missing in health(operator), seconds=90, what="the operator notices")
        control_plane.apply([probe])
        path = target_path(namespace, "site")
        waiting = control_plane.api.eventually(path, has("Ready", "False", "DependencyNotReady"))
        assert "probes.monitoring.coreos.com" in condition(waiting, "Ready")["message"]
    finally:
        fresh = {key: definition["metadata"][key] for key in ("name", "annotations") if key in definition["metadata"]}
        control_plane.apply([{**definition, "metadata": fresh, "status": {}}])
    control_plane.api.eventually(path, is_ready, seconds=30)
    assert control_plane.api.get(f"{MONITORING}/{namespace}/probes/mtgt-site")


def health(operator: OperatorProcess) -> str:
    return operator.read("/health")
