"""Which kinds the API server knows, and what to do when a missing one appears."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bursar.engine.ports import AnyKind, Cluster
from bursar.errors import BursarError

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 3.0
PATIENT_POLL_SECONDS: Final = 15.0


class Availability:
    """Polls discovery while a kind is missing, rarely when none is; `appeared` is told of new ones."""

    def __init__(self, cluster: Cluster, expected: frozenset[AnyKind]) -> None:
        self._cluster = cluster
        self._expected = expected
        self._served: frozenset[AnyKind] = frozenset()

    def __contains__(self, kind: AnyKind) -> bool:
        return kind in self._served

    @property
    def missing(self) -> frozenset[AnyKind]:
        """What the API server does not know yet."""
        return self._expected - self._served

    async def look(self) -> frozenset[AnyKind]:
        """Ask discovery once; returns what is new."""
        served = await self._cluster.served()
        new, gone = served - self._served, self._served - served
        self._served = served
        if gone:
            log.warning("kinds vanished", extra={"kinds": sorted(gone)})
        return new

    async def run(self, appeared: Callable[[frozenset[AnyKind]], Awaitable[None]]) -> None:
        """Keep looking until cancelled."""
        while True:
            try:
                new = await self.look()
            except BursarError as error:
                log.warning("discovery failed, will retry", extra={"error": str(error)})
                new = frozenset()
            if new:
                log.info("kinds appeared", extra={"kinds": sorted(new), "missing": sorted(self.missing)})
                await appeared(new)
            await asyncio.sleep(POLL_SECONDS if self.missing else PATIENT_POLL_SECONDS)
