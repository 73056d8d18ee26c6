"""Compares the stores with the API server: opens the gate at start, and finds what a broken watch has missed.

A watch that restarts shows what exists, never what has vanished meanwhile. A metadata-only LIST per kind shows both.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bursar.compiler.plan import ChildRef, Key
from bursar.conventions import ChildKind, Kind
from bursar.engine import telemetry
from bursar.engine.feed import Feed, Sighting
from bursar.engine.ports import AnyKind, Clock, Cluster, Listed, ServerKind
from bursar.errors import BursarError

log = logging.getLogger(__name__)

CATCH_UP_SECONDS: Final = 20.0
RELIST_SECONDS: Final = 5.0
CATCH_UP_POLL_SECONDS: Final = 0.05
RETRY_SECONDS: Final = 2.0
RETRY_AFTER_FAILURE_SECONDS: Final = 15.0
GETS_AT_ONCE: Final = 8

Known = dict[tuple[str, str], tuple[str, str]]
"""Namespace and name of what is known of a kind -> uid and resourceVersion."""

Named = tuple[AnyKind, str, str]
"""Kind, namespace and name of one object."""


@dataclass(slots=True)
class Resync:
    """Repairs the stores of the watched kinds, through the same feed that the watches use."""

    cluster: Cluster
    feed: Feed
    clock: Clock
    kinds: frozenset[AnyKind]
    synced: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, interval_seconds: float, jitter: Callable[[], float]) -> None:
        """Open the gate as soon as everything has been seen, then compare once per interval, until cancelled."""
        while not self.synced.is_set():
            try:
                await self.open_gate()
            except BursarError as error:
                log.warning("first comparison failed, will retry", extra={"error": str(error)})
                await asyncio.sleep(RETRY_SECONDS)
        delay = interval_seconds
        while True:
            await asyncio.sleep(delay * jitter())
            try:
                await self.compare()
                delay = interval_seconds
            except BursarError as error:
                telemetry.RESYNCS.labels("failure").inc()
                delay = min(interval_seconds, RETRY_AFTER_FAILURE_SECONDS)
                log.warning("comparison failed, will retry", extra={"error": str(error), "seconds": delay})

    async def open_gate(self) -> None:
        """Wait until the watches have shown all that exists; what they stop to show is read one by one.

        The lists are made anew now and then: what was deleted after them would never be shown.
        """
        listed = await self._listed()
        unseen, deadline = self._unseen(listed), self.clock.monotonic() + CATCH_UP_SECONDS
        while self.clock.monotonic() < deadline and not await self._caught_up(unseen):
            listed = await self._listed()
            before, unseen = len(unseen), self._unseen(listed)
            if len(unseen) < before:
                deadline = self.clock.monotonic() + CATCH_UP_SECONDS
        for kind, rows in listed.items():
            await self._repair(kind, rows)
        self.synced.set()
        log.info("caches in sync", extra={"resources": len(self.feed.store), "children": len(self.feed.index)})

    async def compare(self) -> None:
        """Compare everything once, then look at every resource again."""
        for kind in await self._served():
            await self._repair(kind, await self.cluster.list_metadata(kind))
        telemetry.RESYNCS.labels("success").inc()
        self.feed.queue_everything()

    async def _served(self) -> list[AnyKind]:
        return sorted(self.kinds & await self.cluster.served())

    async def _listed(self) -> Mapping[AnyKind, tuple[Listed, ...]]:
        return {kind: await self.cluster.list_metadata(kind) for kind in await self._served()}

    async def _caught_up(self, unseen: list[Named]) -> bool:
        deadline = self.clock.monotonic() + RELIST_SECONDS
        while unseen := [named for named in unseen if not self._has_seen(*named)]:
            if self.clock.monotonic() >= deadline:
                return False
            await asyncio.sleep(CATCH_UP_POLL_SECONDS)
        return True

    async def _repair(self, kind: AnyKind, rows: tuple[Listed, ...]) -> None:
        """Read anew, one by one, what the list and the store disagree about, in both directions."""
        known = self._known(kind)
        listed = {(row.namespace, row.name) for row in rows}
        suspects = [
            (row.namespace, row.name)
            for row in rows
            if known.get((row.namespace, row.name)) != (row.uid, row.resource_version)
        ] + [name for name in known if name not in listed]
        slots = asyncio.Semaphore(GETS_AT_ONCE)
        await asyncio.gather(*(self._read(kind, namespace, name, slots) for namespace, name in suspects))

    async def _read(self, kind: AnyKind, namespace: str, name: str, slots: asyncio.Semaphore) -> None:
        async with slots:
            raw = await self.cluster.get(kind, namespace, name)
        telemetry.RESYNC_FOUND.inc()
        self.feed.accept(Sighting(kind, namespace, name, raw, initial=True))

    def _unseen(self, listed: Mapping[AnyKind, tuple[Listed, ...]]) -> list[Named]:
        names = ((kind, row.namespace, row.name) for kind, rows in listed.items() for row in rows)
        return [named for named in names if not self._has_seen(*named)]

    def _has_seen(self, kind: AnyKind, namespace: str, name: str) -> bool:
        match kind:
            case Kind():
                return self.feed.store.get(Key(kind, namespace, name)) is not None
            case ChildKind():
                return self.feed.index.get(ChildRef(kind, namespace, name)) is not None
            case ServerKind():
                return self.feed.selectors.has(kind, namespace, name)

    def _known(self, kind: AnyKind) -> Known:
        match kind:
            case Kind():
                return {
                    (live.key.namespace, live.key.name): (live.uid, live.resource_version)
                    for live in self.feed.store.of_kind(kind)
                }
            case ChildKind():
                return self.feed.index.versions(kind)
            case ServerKind():
                return self.feed.selectors.versions(kind)
