"""Whether a generated object is what it shall be, without keeping a copy of it."""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from bursar.compiler.plan import Manifest
from bursar.conventions import FIELD_MANAGER, MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL

OUR_LABELS = frozenset({MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL})


def desired_digest(manifest: Manifest) -> bytes:
    """Digest of an object as we want it: all of its labels, its owner, its spec."""
    metadata = manifest["metadata"]
    return _digest(metadata["labels"], metadata["ownerReferences"], manifest["spec"])


def live_digest(manifest: Manifest) -> bytes:
    """Digest of an object as the server has it, over the same parts.

    Of its labels only ours count: those that we always set and those that our field manager owns. So a label that
    somebody else adds is left alone, and a platform label that was taken out of the settings is noticed.
    """
    metadata = manifest["metadata"]
    labels = metadata.get("labels", {})
    counted = OUR_LABELS | _labels_managed_by_us(metadata.get("managedFields", ()))
    owners = [owner for owner in metadata.get("ownerReferences", ()) if owner.get("controller")]
    return _digest({key: labels[key] for key in labels if key in counted}, owners, manifest.get("spec", {}))


def _labels_managed_by_us(managed_fields: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(
        key.removeprefix("f:")
        for entry in managed_fields
        if entry.get("manager") == FIELD_MANAGER
        for key in entry.get("fieldsV1", {}).get("f:metadata", {}).get("f:labels", {})
        if key.startswith("f:")
    )


def _digest(labels: Mapping[str, str], owners: Iterable[Mapping[str, Any]], spec: Mapping[str, Any]) -> bytes:
    canonical = json.dumps([labels, list(owners), spec], sort_keys=True, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=16).digest()
