"""What the operator knows of the cluster: the users' resources, the generated objects, and who selects them."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bursar.api.base import Resource
from bursar.compiler.plan import ChildRef, Key, Manifest
from bursar.conventions import ChildKind, Kind
from bursar.engine.digest import live_digest
from bursar.engine.kept import Kept
from bursar.engine.owners import Owner, controlling_owner, labelled_owner
from bursar.errors import InvalidSpec


@dataclass(frozen=True, slots=True)
class Live:
    """A user's resource as last seen; `kept` is the last version that was valid, `invalid` why this one is not."""

    key: Key
    uid: str
    generation: int
    resource_version: str
    requested_at: str
    kept: Kept | None
    invalid: InvalidSpec | None

    @property
    def resource(self) -> Resource | None:
        """The model of the last valid version; made anew where it was not needed lately."""
        return None if self.kept is None else self.kept.resource

    def same_wish(self, other: "Live") -> bool:
        """Whether two sightings ask for the same: what the status says does not count."""
        return (self.uid, self.generation, self.requested_at) == (
            other.uid,
            other.generation,
            other.requested_at,
        )


@dataclass(frozen=True, slots=True)
class Child:
    """A generated object as last seen. `rejection` is prometheus-operator's word against it, if it gave one."""

    ref: ChildRef
    uid: str
    resource_version: str
    digest: bytes
    owner: Owner
    rejection: str


def newer(resource_version: str, than: str) -> bool:
    """Compare two resourceVersions of one object: they grow with every write (Kubernetes KEP-5504)."""
    if resource_version.isdigit() and than.isdigit():
        return int(resource_version) > int(than)
    return resource_version != than


class ResourceStore:
    """The users' resources, with the reverse index of their references."""

    def __init__(self) -> None:
        self._live: dict[Kind, dict[Key, Live]] = {kind: {} for kind in Kind}
        self._references: dict[Key, frozenset[Key]] = {}
        self._dependants: defaultdict[Key, set[Key]] = defaultdict(set)

    def __len__(self) -> int:
        return sum(map(len, self._live.values()))

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(itertools.chain.from_iterable(self._live.values())))

    def get(self, key: Key) -> Live | None:
        """The resource as last seen."""
        return self._live[key.kind].get(key)

    def count(self, kind: Kind) -> int:
        """How many resources of a kind there are."""
        return len(self._live[kind])

    def of_kind(self, kind: Kind) -> tuple[Live, ...]:
        """All resources of a kind."""
        return tuple(self._live[kind].values())

    def put(self, live: Live, references: frozenset[Key]) -> None:
        """Remember a resource; an invalid version keeps the last valid one of the same object beside it."""
        known = self.get(live.key)
        if live.kept is None and known is not None and known.uid == live.uid:
            live = replace(live, kept=known.kept)
            references = self._references.get(live.key, references)
        self._live[live.key.kind][live.key] = live
        self._index(live.key, references)

    def references(self, key: Key) -> frozenset[Key]:
        """What a resource refers to."""
        return self._references.get(key, frozenset())

    def advance(self, key: Key, *, uid: str, resource_version: str) -> None:
        """Note that our own write made a newer version of a resource."""
        live = self.get(key)
        if live is not None and live.uid == uid and newer(resource_version, live.resource_version):
            self._live[key.kind][key] = replace(live, resource_version=resource_version)

    def remove(self, key: Key) -> Live | None:
        """Forget a resource; what depends on it keeps its reference."""
        self._index(key, frozenset())
        return self._live[key.kind].pop(key, None)

    def dependants(self, key: Key) -> frozenset[Key]:
        """The resources that refer to a key, whether it exists or not."""
        return frozenset(self._dependants.get(key, ()))

    def _index(self, key: Key, references: frozenset[Key]) -> None:
        for reference in self._references.pop(key, frozenset()):
            self._dependants[reference].discard(key)
            if not self._dependants[reference]:
                del self._dependants[reference]
        if references:
            self._references[key] = references
            for reference in references:
                self._dependants[reference].add(key)


class ChildIndex:
    """The generated objects, by reference and by owner."""

    def __init__(self) -> None:
        self._children: dict[ChildRef, Child] = {}
        self._by_owner: defaultdict[Owner, set[ChildRef]] = defaultdict(set)
        self._places: Counter[tuple[ChildKind, str]] = Counter()

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[ChildRef]:
        return iter(tuple(self._children))

    def get(self, ref: ChildRef) -> Child | None:
        """The object as last seen."""
        return self._children.get(ref)

    def put(self, child: Child) -> None:
        """Remember an object."""
        self.remove(child.ref)
        self._children[child.ref] = child
        self._by_owner[child.owner].add(child.ref)
        self._places[child.ref.kind, child.ref.namespace] += 1

    def remove(self, ref: ChildRef) -> Child | None:
        """Forget an object."""
        child = self._children.pop(ref, None)
        if child is not None:
            self._by_owner[child.owner].discard(ref)
            if not self._by_owner[child.owner]:
                del self._by_owner[child.owner]
            self._places[ref.kind, ref.namespace] -= 1
        return child

    def has(self, kind: ChildKind, namespace: str) -> bool:
        """Tell whether there is any object of a kind in a namespace."""
        return self._places[kind, namespace] > 0

    def namespaces(self) -> frozenset[str]:
        """Name every namespace that has any object."""
        return frozenset(namespace for (_, namespace), count in self._places.items() if count)

    def versions(self, kind: ChildKind) -> dict[tuple[str, str], tuple[str, str]]:
        """Namespace and name -> uid and resourceVersion, of all objects of a kind."""
        return {
            (ref.namespace, ref.name): (child.uid, child.resource_version)
            for ref, child in self._children.items()
            if ref.kind is kind
        }

    def of(self, owner: Owner) -> tuple[Child, ...]:
        """All objects that were generated for a resource, or for a namespace."""
        return tuple(self._children[ref] for ref in sorted(self._by_owner.get(owner, ())))


def child_of(ref: ChildRef, manifest: Manifest, known: Child | None = None) -> Child | None:
    """Read a live object as one of ours; None when neither an ownerReference nor our labels say so.

    `known` is the same object as seen before: it answers for an owner whose long name the label only abbreviates.
    """
    metadata = manifest["metadata"]
    owner = controlling_owner(ref, metadata)
    if owner is None:
        owner = known.owner if known and known.uid == metadata["uid"] else labelled_owner(ref, metadata)
    if owner is None:
        return None
    return Child(
        ref=ref,
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        digest=live_digest(manifest),
        owner=owner,
        rejection=_rejection(manifest.get("status", {})),
    )


def _rejection(status: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{binding.get('resource', 'workload')} {binding.get('namespace')}/{binding.get('name')}: {text}"
        for binding in status.get("bindings", ())
        for text in _refusals(binding.get("conditions", ()))
    )


def _refusals(conditions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for condition in conditions:
        if condition.get("type") == "Accepted" and condition.get("status") == "False":
            yield condition.get("message") or condition.get("reason") or "not accepted"
