"""An API server in memory, as far as the engine's port goes: versions, ownership of names, failures on demand.

It stands in where a test is about the engine's decisions; what the real server does is asserted in tests/integration.
"""

import copy
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bursar.compiler.plan import ChildRef, Key, Manifest
from bursar.conventions import MANAGED_BY_LABEL, PRODUCT, ChildKind
from bursar.engine.ports import AnyKind, EventNote, Listed
from bursar.errors import BursarError, Conflict, DependencyMissing, Forbidden

Place = tuple[str, str, str]


class FakeClock:
    """Time that moves only when it is told to."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed


class FakeCluster:
    """Implements engine.ports.Cluster; `failing` is raised by every write while it is set."""

    def __init__(self, kinds: frozenset[AnyKind]) -> None:
        self.kinds = kinds
        self.objects: dict[Place, dict[str, Any]] = {}
        self.events: list[EventNote] = []
        self.writes = 0
        self.failing: BursarError | None = None
        self.secrets: dict[tuple[str, str], frozenset[str]] = {}
        self.secrets_forbidden = False
        self.secrets_read: list[tuple[str, str]] = []
        self._versions = itertools.count(100)

    async def served(self) -> frozenset[AnyKind]:
        return self.kinds

    async def list_metadata(self, kind: AnyKind) -> tuple[Listed, ...]:
        return tuple(
            Listed(namespace, name, thing["metadata"]["uid"], thing["metadata"]["resourceVersion"])
            for (of_kind, namespace, name), thing in self.objects.items()
            if of_kind == kind.value and self._is_listed(kind, thing)
        )

    async def get(self, kind: AnyKind, namespace: str, name: str) -> Manifest | None:
        return copy.deepcopy(self.objects.get((kind.value, namespace, name)))

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        if self.failing is not None:
            raise self.failing
        self.secrets_read.append((namespace, name))
        if self.secrets_forbidden:
            raise Forbidden("secrets")
        return self.secrets.get((namespace, name))

    async def apply(self, manifest: Manifest) -> Manifest:
        """Merge like server-side apply: what others added stays."""
        self._write()
        place = _place(manifest)
        merged = copy.deepcopy(self.objects.get(place, {}))
        wanted = copy.deepcopy(dict(manifest))
        spec = {**merged.get("spec", {}), **wanted["spec"]}
        labels = {**merged.get("metadata", {}).get("labels", {}), **wanted["metadata"]["labels"]}
        return self.store({**merged, **wanted, "spec": spec, "metadata": {**wanted["metadata"], "labels": labels}})

    async def create(self, manifest: Manifest) -> Manifest | None:
        """Make what does not exist; the attempt to make what does is no write."""
        if self.failing is not None:
            raise self.failing
        return None if _place(manifest) in self.objects else await self.apply(manifest)

    async def replace(self, manifest: Manifest) -> Manifest:
        self._write()
        if manifest["metadata"]["resourceVersion"] != self.objects[_place(manifest)]["metadata"]["resourceVersion"]:
            raise Conflict("stale")
        return self.store(copy.deepcopy(dict(manifest)))

    async def apply_status(
        self, key: Key, *, manager: str, resource_version: str, status: Mapping[str, Any]
    ) -> Manifest:
        self._write()
        place = (key.kind.value, key.namespace, key.name)
        if place not in self.objects:
            raise DependencyMissing("not found")
        thing = self.objects[place]
        if thing["metadata"]["resourceVersion"] != resource_version:
            raise Conflict("stale")
        parts = thing.setdefault("parts", {})
        parts[manager] = copy.deepcopy(dict(status))
        merged: dict[str, Any] = {}
        for part in parts.values():
            conditions = [*merged.get("conditions", ()), *part.get("conditions", ())]
            merged = {**merged, **part, "conditions": conditions}
        return self.store({**thing, "status": merged})

    async def delete(self, ref: ChildRef, *, uid: str, resource_version: str) -> None:
        self._write()
        thing = self.objects.get((ref.kind.value, ref.namespace, ref.name))
        if thing is None:
            return
        if (thing["metadata"]["uid"], thing["metadata"]["resourceVersion"]) != (uid, resource_version):
            raise Conflict("precondition failed")
        del self.objects[(ref.kind.value, ref.namespace, ref.name)]

    async def record(self, note: EventNote) -> None:
        self.events.append(note)

    def store(self, manifest: dict[str, Any]) -> Manifest:
        """Keep an object under a new version, as any writer's request would."""
        place = _place(manifest)
        known = self.objects.get(place, {}).get("metadata", {})
        version = str(next(self._versions))
        metadata = {
            "generation": 1,
            **manifest["metadata"],
            "uid": known.get("uid", manifest["metadata"].get("uid", f"uid-{version}")),
            "resourceVersion": version,
        }
        self.objects[place] = {**manifest, "metadata": metadata}
        return copy.deepcopy(self.objects[place])

    def status(self, key: Key) -> Mapping[str, Any]:
        """The status of a resource as a user reads it."""
        status: Mapping[str, Any] = self.objects[(key.kind.value, key.namespace, key.name)].get("status", {})
        return status

    def condition(self, key: Key, of_type: str) -> Mapping[str, Any] | None:
        """One condition of a resource, None when it is not there."""
        found = [entry for entry in self.status(key).get("conditions", ()) if entry["type"] == of_type]
        return found[0] if found else None

    def _write(self) -> None:
        if self.failing is not None:
            raise self.failing
        self.writes += 1

    @staticmethod
    def _is_listed(kind: AnyKind, thing: Mapping[str, Any]) -> bool:
        labels = thing["metadata"].get("labels", {})
        return not isinstance(kind, ChildKind) or labels.get(MANAGED_BY_LABEL) == PRODUCT


def _place(manifest: Mapping[str, Any]) -> Place:
    return (manifest["kind"], manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"])
