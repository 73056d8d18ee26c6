"""What people have acknowledged: one question to Alertmanager per cycle, for all kinds that show it."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from bursar.domain.acknowledgement import ESCALATIONS, Occurrence, Silence, standing
from bursar.engine.ports import Clock, Routes
from bursar.errors import TransientError

log = logging.getLogger(__name__)


class Acknowledgements(Protocol):
    """Where observers learn who takes care of what."""

    async def now(self) -> Mapping[Occurrence, Silence]:
        """Tell what is acknowledged now."""
        ...


class SharedAcknowledgements:
    """Implements Acknowledgements for all observers of an operator. `routes` None: no Alertmanager is configured.

    It is asked at most once per `interval`; without an answer the last one counts until its silences end.
    """

    def __init__(self, routes: Routes | None, clock: Clock, interval: timedelta) -> None:
        self._routes = routes
        self._clock = clock
        self._interval = interval.total_seconds()
        self._asked_at: float | None = None
        self._known: Mapping[Occurrence, Silence] = {}

    async def now(self) -> Mapping[Occurrence, Silence]:
        """Tell what is acknowledged now."""
        if self._routes is not None and self._is_due():
            await self._ask(self._routes)
        at = self._clock.now()
        return {occurrence: silence for occurrence, silence in self._known.items() if silence.ends_at > at}

    async def _ask(self, routes: Routes) -> None:
        self._asked_at = self._clock.monotonic()
        try:
            self._known = standing(await routes.silences([ESCALATIONS]))
        except TransientError as error:
            log.warning("acknowledgements not read", extra={"error": str(error)})

    def _is_due(self) -> bool:
        return self._asked_at is None or self._clock.monotonic() - self._asked_at >= self._interval
