"""Takes in what the watches and the resync bring: parse, remember, queue what is affected; never raises or waits."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bursar.compiler.plan import ChildRef, Key
from bursar.conventions import REQUESTED_AT_ANNOTATION, ChildKind, Kind
from bursar.engine import telemetry
from bursar.engine.ports import AnyKind, Clock, KindSpec, ServerKind
from bursar.engine.queue import Lane, WorkQueue
from bursar.engine.selectors import SelectorStore
from bursar.engine.status import StatusWriter
from bursar.engine.store import Child, ChildIndex, Live, ResourceStore, child_of, newer
from bursar.errors import InvalidSpec

log = logging.getLogger(__name__)

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One object as a watch or a GET shows it; `raw` None means that it is gone. `initial`: from a list."""

    kind: AnyKind
    namespace: str
    name: str
    raw: Raw | None
    initial: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """The only way into the stores."""

    kinds: Mapping[Kind, KindSpec]
    store: ResourceStore
    index: ChildIndex
    selectors: SelectorStore
    queue: WorkQueue[Key]
    status: StatusWriter
    clock: Clock

    def accept(self, sighting: Sighting) -> None:
        """Take in one sighting."""
        telemetry.WATCH_LAST_EVENT.labels(sighting.kind.value).set(self.clock.now().timestamp())
        gone = sighting.raw is None or "deletionTimestamp" in sighting.raw["metadata"]
        match sighting.kind:
            case Kind():
                self._resource(Key(sighting.kind, sighting.namespace, sighting.name), sighting, gone=gone)
            case ChildKind():
                self._child(ChildRef(sighting.kind, sighting.namespace, sighting.name), sighting, gone=gone)
            case ServerKind():
                self._server(sighting, gone=gone)

    def queue_everything(self) -> None:
        """Look at every resource again."""
        for key in self.store:
            self.queue.add(key, Lane.BACKLOG)

    def _resource(self, key: Key, sighting: Sighting, *, gone: bool) -> None:
        lane = Lane.BACKLOG if sighting.initial else Lane.EDIT
        known = self.store.get(key)
        if gone or sighting.raw is None:
            if self.store.remove(key) is not None:
                self._queue_with_dependants(key, lane)
            telemetry.RESOURCES.labels(key.kind.value).set(self.store.count(key.kind))
            return
        if known is not None and _is_old(sighting.raw, known):
            return
        live = self._read(key, sighting.raw, known)
        references = self.kinds[key.kind].references(live.resource) if live.resource is not None else frozenset()
        self.store.put(live, references)
        meddled = self.status.seen(live, sighting.raw.get("status", {}))
        telemetry.RESOURCES.labels(key.kind.value).set(self.store.count(key.kind))
        if known is None or not known.same_wish(live):
            self._queue_with_dependants(key, lane)
        elif meddled:
            self.queue.add(key, lane)

    def _read(self, key: Key, raw: Raw, known: Live | None) -> Live:
        metadata = raw["metadata"]
        resource, invalid = None, None
        if known is not None and _is_parsed(raw, known):
            resource, invalid = known.resource, known.invalid
        else:
            try:
                resource = self.kinds[key.kind].parse(raw)
            except InvalidSpec as error:
                invalid = error
        return Live(
            key=key,
            uid=metadata["uid"],
            generation=metadata["generation"],
            resource_version=metadata["resourceVersion"],
            requested_at=metadata.get("annotations", {}).get(REQUESTED_AT_ANNOTATION, ""),
            resource=resource,
            invalid=invalid,
        )

    def _child(self, ref: ChildRef, sighting: Sighting, *, gone: bool) -> None:
        known = self.index.get(ref)
        if known is not None and not gone and sighting.raw is not None and _is_old(sighting.raw, known):
            return
        child = None if gone or sighting.raw is None else child_of(ref, sighting.raw, known)
        if child is None:
            lost = self.index.remove(ref)
            if lost is not None:
                self.queue.add(lost.owner)
        else:
            self.index.put(child)
            if known is None or (known.digest, known.rejection) != (child.digest, child.rejection):
                self.queue.add(child.owner, Lane.BACKLOG if sighting.initial else Lane.EDIT)
        telemetry.CHILDREN.set(len(self.index))

    def _server(self, sighting: Sighting, *, gone: bool) -> None:
        raw = None if gone else sighting.raw
        if self.selectors.accept(sighting.kind, sighting.namespace, sighting.name, raw):
            self.queue_everything()

    def _queue_with_dependants(self, key: Key, lane: Lane) -> None:
        self.queue.add(key, lane)
        for dependant in self.store.dependants(key):
            self.queue.add(dependant, lane)


def _is_parsed(raw: Raw, known: Live) -> bool:
    """Whether the resource that is known is what a parse would give; most sightings show another status only."""
    metadata = raw["metadata"]
    return (
        (metadata["uid"], metadata["generation"]) == (known.uid, known.generation)
        and known.resource is not None
        and metadata.get("annotations", {}) == known.resource.metadata.annotations
    )


def _is_old(raw: Raw, known: Live | Child) -> bool:
    """Whether a sighting shows what is known already, as the echo of our own writes does, or even less."""
    metadata = raw["metadata"]
    return bool(metadata["uid"] == known.uid) and not newer(metadata["resourceVersion"], known.resource_version)
