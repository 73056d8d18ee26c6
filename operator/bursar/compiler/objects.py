"""The envelope of every generated object: name, labels, owner."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from bursar.api.base import ObjectMeta
from bursar.compiler.plan import Manifest
from bursar.conventions import (
    API_VERSION,
    MANAGED_BY_LABEL,
    MONITORING_GROUP,
    OWNER_KIND_LABEL,
    OWNER_NAME_LABEL,
    PRODUCT,
    SHARED,
    ChildKind,
    Kind,
)

API_VERSIONS: Final[Mapping[ChildKind, str]] = {
    ChildKind.SERVICE_MONITOR: f"{MONITORING_GROUP}/v1",
    ChildKind.POD_MONITOR: f"{MONITORING_GROUP}/v1",
    ChildKind.PROBE: f"{MONITORING_GROUP}/v1",
    ChildKind.SCRAPE_CONFIG: f"{MONITORING_GROUP}/v1alpha1",
    ChildKind.PROMETHEUS_RULE: f"{MONITORING_GROUP}/v1",
    ChildKind.ALERTMANAGER_CONFIG: f"{MONITORING_GROUP}/v1alpha1",
}

MAX_NAME: Final = 63
_HASH_LENGTH: Final = 8


def bounded_name(name: str) -> str:
    """Cut a name that is too long for a label value, keeping it unique by a hash of the full name."""
    if len(name) <= MAX_NAME:
        return name
    digest = blake2b(name.encode(), digest_size=_HASH_LENGTH // 2).hexdigest()
    return f"{name[: MAX_NAME - _HASH_LENGTH - 1].rstrip('-.')}-{digest}"


def owned_object(
    kind: ChildKind, *, owner: Kind, meta: ObjectMeta, name: str, labels: Mapping[str, str], spec: Mapping[str, Any]
) -> Manifest:
    """Build one generated object in its owner's namespace; nothing is copied from the owner's metadata.

    `labels` are the platform's. The ownerReference does not block the owner's deletion: that would need a right
    on the owner's finalizers.
    """
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind.value,
        "metadata": {
            "name": bounded_name(name),
            "namespace": meta.namespace,
            "labels": {
                **labels,
                MANAGED_BY_LABEL: PRODUCT,
                OWNER_KIND_LABEL: owner.value,
                OWNER_NAME_LABEL: bounded_name(meta.name),
            },
            "ownerReferences": [
                {"apiVersion": API_VERSION, "kind": owner.value, "name": meta.name, "uid": meta.uid, "controller": True}
            ],
        },
        "spec": spec,
    }


def common_object(
    kind: ChildKind, *, namespace: str, name: str, labels: Mapping[str, str], spec: Mapping[str, Any]
) -> Manifest:
    """Build one object that belongs to all of a namespace: no resource owns it, and its labels alone say so."""
    ours = {MANAGED_BY_LABEL: PRODUCT, OWNER_KIND_LABEL: SHARED, OWNER_NAME_LABEL: namespace}
    return {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind.value,
        "metadata": {"name": name, "namespace": namespace, "labels": {**labels, **ours}, "ownerReferences": []},
        "spec": spec,
    }


def not_served(kind: ChildKind) -> str:
    """Say that the CRD of a generated kind is not installed, and how to install it."""
    version = API_VERSIONS[kind].removeprefix(f"{MONITORING_GROUP}/")
    return (
        f"the CRD {kind.lower()}s.{MONITORING_GROUP} is not installed in version {version}; install "
        "prometheus-operator's CRDs: prometheus-operator crds | kubectl apply --server-side -f -"
    )
