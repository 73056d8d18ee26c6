"""Takes in what the watches and the resync bring: parse, remember, queue what is affected; never raises or waits."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bursar.compiler.plan import ChildRef, Key
from bursar.conventions import REQUESTED_AT_ANNOTATION, ChildKind, Kind
from bursar.engine import telemetry
from bursar.engine.kept import Kept, as_kept, keep
from bursar.engine.mentions import MentionIndex
from bursar.engine.owners import Commons, Owner
from bursar.engine.ports import AnyKind, Clock, KindSpec, ServerKind
from bursar.engine.queue import Lane, WorkQueue
from bursar.engine.selectors import SelectorStore
from bursar.engine.status import StatusWriter
from bursar.engine.store import Child, ChildIndex, Live, ResourceStore, child_of, newer
from bursar.errors import InvalidSpec

log = logging.getLogger(__name__)

Raw = Mapping[str, Any]

SETTLE_SECONDS: Final = 1.0
"""How long to wait for more lists to change before the channels they name are written."""

LINGER_SECONDS: Final = 600.0
"""How long the routes of a deleted resource stay: for some minutes Alertmanager holds what fired of it, and without its
route would tell the platform of it, and the channel not of its end."""


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
    """The only way into the stores. `commons` are the namespaces whose common objects are to be looked at."""

    kinds: Mapping[Kind, KindSpec]
    store: ResourceStore
    index: ChildIndex
    selectors: SelectorStore
    queue: WorkQueue[Key]
    status: StatusWriter
    clock: Clock
    mentions: MentionIndex
    commons: WorkQueue[str]

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
        for namespace in self.index.namespaces():
            self.commons.add(namespace, Lane.BACKLOG)

    def _resource(self, key: Key, sighting: Sighting, *, gone: bool) -> None:
        lane = Lane.BACKLOG if sighting.initial else Lane.EDIT
        known = self.store.get(key)
        if gone or sighting.raw is None:
            if self.store.remove(key) is not None:
                self._queue_with_dependants(key, lane)
                self._queue_naming(key)
                asyncio.get_running_loop().call_later(LINGER_SECONDS, self._unmention, key)
            telemetry.RESOURCES.labels(key.kind.value).set(self.store.count(key.kind))
            return
        if known is not None and _is_old(sighting.raw, known):
            return
        live = self._read(key, sighting.raw, known)
        self.store.put(live, self._references(live, known))
        meddled = self.status.seen(live, sighting.raw.get("status", {}))
        telemetry.RESOURCES.labels(key.kind.value).set(self.store.count(key.kind))
        if known is None:
            self._queue_naming(key)
        if live.kept is not None and (known is None or known.kept != live.kept):
            self._mention(live)
        if known is None or not known.same_wish(live):
            self._queue_with_dependants(key, lane)
        elif meddled:
            self.queue.add(key, lane)

    def _read(self, key: Key, raw: Raw, known: Live | None) -> Live:
        metadata, parse = raw["metadata"], self.kinds[key.kind].parse
        kept: Kept | None = as_kept(parse, raw)
        invalid = None
        # Most sightings show another status only, so that a known resource need not be parsed again.
        if known is None or known.kept != kept:
            try:
                kept = keep(parse, raw)
            except InvalidSpec as error:
                kept, invalid = None, error
        return Live(
            key=key,
            uid=metadata["uid"],
            generation=metadata["generation"],
            resource_version=metadata["resourceVersion"],
            requested_at=metadata.get("annotations", {}).get(REQUESTED_AT_ANNOTATION, ""),
            kept=kept,
            invalid=invalid,
        )

    def _references(self, live: Live, known: Live | None) -> frozenset[Key]:
        if known is not None and known.kept == live.kept:
            return self.store.references(live.key)
        return frozenset() if live.kept is None else self.kinds[live.key.kind].references(live.resource)

    def _child(self, ref: ChildRef, sighting: Sighting, *, gone: bool) -> None:
        known = self.index.get(ref)
        # Even the echo of our own write: it may be the first object of its namespace, or the last.
        self.commons.add_after(ref.namespace, SETTLE_SECONDS)
        if known is not None and not gone and sighting.raw is not None and _is_old(sighting.raw, known):
            return
        child = None if gone or sighting.raw is None else child_of(ref, sighting.raw, known)
        if child is None:
            lost = self.index.remove(ref)
            if lost is not None:
                self._queue_owner(lost.owner, Lane.EDIT)
        else:
            self.index.put(child)
            if known is None or (known.digest, known.rejection) != (child.digest, child.rejection):
                self._queue_owner(child.owner, Lane.BACKLOG if sighting.initial else Lane.EDIT)
        telemetry.CHILDREN.set(len(self.index))

    def _server(self, sighting: Sighting, *, gone: bool) -> None:
        raw = None if gone else sighting.raw
        if self.selectors.accept(sighting.kind, sighting.namespace, sighting.name, raw):
            self.queue_everything()

    def _queue_owner(self, owner: Owner, lane: Lane) -> None:
        if not isinstance(owner, Commons):
            self.queue.add(owner, lane)

    def _mention(self, live: Live) -> None:
        said = self.kinds[live.key.kind].mentions(live.resource)
        if said is not None:
            self._queue_named(self.mentions.put(live.key, said))

    def _unmention(self, key: Key) -> None:
        if self.store.get(key) is None:
            self._queue_named(self.mentions.remove(key))

    def _queue_named(self, channels: frozenset[Key]) -> None:
        """Look at the channels whose routes have changed, once for many lists."""
        for channel in channels:
            self.queue.add_after(channel, SETTLE_SECONDS)

    def _queue_naming(self, channel: Key) -> None:
        """Look at what names a channel that has come or gone; that may be thousands, and edits come first."""
        for key in self.mentions.naming(channel):
            self.queue.add(key, Lane.BACKLOG)

    def _queue_with_dependants(self, key: Key, lane: Lane) -> None:
        self.queue.add(key, lane)
        for dependant in self.store.dependants(key):
            self.queue.add(dependant, lane)


def _is_old(raw: Raw, known: Live | Child) -> bool:
    """Whether a sighting shows what is known already, as the echo of our own writes does, or even less."""
    metadata = raw["metadata"]
    return bool(metadata["uid"] == known.uid) and not newer(metadata["resourceVersion"], known.resource_version)
