"""To whom a generated object belongs, read off its metadata: to a resource of a user, or to all of its namespace."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from bursar.compiler.plan import ChildRef, Key
from bursar.conventions import (
    API_VERSION,
    MANAGED_BY_LABEL,
    OWNER_KIND_LABEL,
    OWNER_NAME_LABEL,
    PRODUCT,
    SHARED,
    Kind,
)


class Commons(NamedTuple):
    """What belongs to all of a namespace instead of to one resource."""

    namespace: str

    def __str__(self) -> str:
        return f"{SHARED}/{self.namespace}"


Owner: TypeAlias = Key | Commons


def controlling_owner(ref: ChildRef, metadata: Mapping[str, Any]) -> Owner | None:
    """The resource of ours that an ownerReference names as controller, None without one."""
    for reference in metadata.get("ownerReferences", ()):
        if reference["apiVersion"] == API_VERSION and reference["kind"] in tuple(Kind):
            return Key(Kind(reference["kind"]), ref.namespace, reference["name"])
    return None


def labelled_owner(ref: ChildRef, metadata: Mapping[str, Any]) -> Owner | None:
    """The owner that our labels name, None without them."""
    labels = metadata.get("labels", {})
    kind, name = labels.get(OWNER_KIND_LABEL), labels.get(OWNER_NAME_LABEL)
    if labels.get(MANAGED_BY_LABEL) != PRODUCT or name is None:
        return None
    if kind == SHARED:
        return Commons(ref.namespace)
    if kind not in tuple(Kind):
        return None
    return Key(Kind(kind), ref.namespace, name)
