"""Keeps a replica that does not lead any more from writing, even one that stood still and does not know it yet."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from math import inf

from bursar.engine.ports import Election
from bursar.errors import NotLeading


@contextlib.asynccontextmanager
async def while_leading(election: Election) -> AsyncIterator[None]:
    """Let a write begin only while this replica leads, and break it off when its time ends; raises NotLeading.

    What is on its way to the server by then arrives all the same: it names the version of the object that it is for,
    and the server refuses it once another replica has written.
    """
    if election.remaining() <= 0:
        raise NotLeading("nothing is written: this replica does not lead")
    try:
        async with asyncio.timeout(None) as limit:
            guard = _Guard(election, limit)
            try:
                yield
            finally:
                guard.end()
    except TimeoutError as error:
        raise NotLeading("a write was broken off: this replica does not lead any more") from error


class _Guard:
    """Lets a limit expire when leadership ends; what is renewed meanwhile goes on."""

    def __init__(self, election: Election, limit: asyncio.Timeout) -> None:
        self._election, self._limit = election, limit
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._look()

    def _look(self) -> None:
        remaining = self._election.remaining()
        if remaining <= 0:
            self._limit.reschedule(self._loop.time())
        elif remaining < inf:
            self._timer = self._loop.call_later(remaining, self._look)

    def end(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
