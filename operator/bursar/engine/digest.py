"""Whether a generated object is what it shall be, without keeping a copy of it."""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from bursar.compiler.plan import Manifest
from bursar.conventions import FIELD_MANAGER, MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL

OUR_LABELS = frozenset({MANAGED_BY_LABEL, OWNER_KIND_LABEL, OWNER_NAME_LABEL})
CONTENT = ("spec", "data", "binaryData")


def desired_digest(manifest: Manifest) -> bytes:
    """Digest of an object as we want it: all of its labels and annotations, its owner, its content."""
    metadata = manifest["metadata"]
    marks = (metadata["labels"], metadata.get("annotations", {}))
    return _digest(marks, metadata["ownerReferences"], _content(manifest))


def live_digest(manifest: Manifest) -> bytes:
    """Digest of an object as the server has it, over the same parts.

    Of its labels and annotations only ours count: those that we always set and those that our field manager owns. So a
    label that somebody else adds is left alone, and a platform label that was taken out of the settings is noticed.
    """
    metadata = manifest["metadata"]
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    managed = metadata.get("managedFields", ())
    counted = OUR_LABELS | _managed_by_us(managed, "f:labels")
    ours = _managed_by_us(managed, "f:annotations")
    owners = [owner for owner in metadata.get("ownerReferences", ()) if owner.get("controller")]
    marks = (
        {key: labels[key] for key in labels if key in counted},
        {key: annotations[key] for key in annotations if key in ours},
    )
    return _digest(marks, owners, _content(manifest))


def _content(manifest: Manifest) -> Mapping[str, Any]:
    return {part: manifest[part] for part in CONTENT if part in manifest}


def _managed_by_us(managed_fields: Iterable[Mapping[str, Any]], marks: str) -> frozenset[str]:
    return frozenset(
        key.removeprefix("f:")
        for entry in managed_fields
        if entry.get("manager") == FIELD_MANAGER
        for key in entry.get("fieldsV1", {}).get("f:metadata", {}).get(marks, {})
        if key.startswith("f:")
    )


def _digest(
    marks: tuple[Mapping[str, str], Mapping[str, str]],
    owners: Iterable[Mapping[str, Any]],
    content: Mapping[str, Any],
) -> bytes:
    canonical = json.dumps([marks, list(owners), content], sort_keys=True, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=16).digest()
