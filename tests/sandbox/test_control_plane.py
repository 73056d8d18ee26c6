"""The control plane itself: what it enforces, and what it leaves behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.api import Api, ApiError
from sandbox.cluster import Cluster, existing_cluster
from sandbox.control_plane import ControlPlane
from sandbox.process import SandboxError, wait_until

Leftovers = Callable[[Path], list[str]]
NAMESPACES = "/api/v1/namespaces"


def config_map(name: str, **metadata: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {}}


@pytest.mark.sandbox
def test_a_failed_start_says_why_and_leaves_nothing(tmp_path: Path, leftovers: Leftovers) -> None:
    with pytest.raises(SandboxError, match=r"etcd\.log ends:\n(.|\n)*not defined: -no-such-flag"):
        ControlPlane(tmp_path).start(etcd_flags=["--no-such-flag"])
    assert leftovers(tmp_path) == []


def test_two_live_side_by_side_and_the_crash_of_a_part_is_reported(
    control_plane: Cluster, namespace: str, tmp_path: Path, leftovers: Leftovers
) -> None:
    with ControlPlane(tmp_path) as other:
        assert other.api.find(f"{NAMESPACES}/{namespace}") is None
        other.check()
        other.programs["etcd"].kill()
        with pytest.raises(SandboxError, match=r"etcd ended with code -9; .*etcd\.log"):
            other.check()
    assert leftovers(tmp_path) == []
    control_plane.check()


def test_a_service_account_has_only_its_rights(control_plane: Cluster, namespace: str) -> None:
    control_plane.api.eventually(f"{NAMESPACES}/{namespace}/serviceaccounts/default", lambda _: True)
    account = Api(control_plane.service_account_kubeconfig(namespace, "default"))
    with pytest.raises(ApiError, match=f'"system:serviceaccount:{namespace}:default" cannot list resource "secrets"'):
        account.get(f"{NAMESPACES}/{namespace}/secrets")


def test_an_owner_reference_that_blocks_deletion_needs_a_right_on_the_owner(
    control_plane: Cluster, namespace: str
) -> None:
    path = f"{NAMESPACES}/{namespace}/configmaps"
    owner = control_plane.api.request("POST", path, config_map("owner"))
    control_plane.kubectl("create", "serviceaccount", "writer", "-n", namespace)
    control_plane.kubectl("create", "role", "writer", "-n", namespace, "--verb=create", "--resource=configmaps")
    subject = f"--serviceaccount={namespace}:writer"
    control_plane.kubectl("create", "rolebinding", "writer", "-n", namespace, "--role=writer", subject)
    reference = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "owner",
        "uid": owner["metadata"]["uid"],
        "blockOwnerDeletion": True,
    }
    writer = Api(control_plane.service_account_kubeconfig(namespace, "writer"))
    writer.request("POST", path, config_map("free"))
    with pytest.raises(ApiError, match="cannot set blockOwnerDeletion"):
        writer.request("POST", path, config_map("bound", ownerReferences=[reference]))


def test_the_audit_log_tells_who_did_what(control_plane: Cluster, namespace: str) -> None:
    control_plane.api.request("POST", f"{NAMESPACES}/{namespace}/configmaps", config_map("audited"))

    def recorded() -> bool:
        events = [event for event in control_plane.audit() if event.get("objectRef", {}).get("name") == "audited"]
        return [(event["verb"], event["user"]["username"]) for event in events] == [("create", "admin")]

    wait_until(recorded, seconds=10, what="the request is in the audit log")


@pytest.mark.parametrize(("context", "accepted"), [("kind-bursar", True), ("production", False), ("", False)])
def test_only_a_cluster_of_kind_is_used(context: str, accepted: bool, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(f"current-context: '{context}'\n")
    if accepted:
        assert existing_cluster(kubeconfig, tmp_path).kubeconfig == kubeconfig
    else:
        with pytest.raises(SandboxError, match="only a context kind-… is used"):
            existing_cluster(kubeconfig, tmp_path)
