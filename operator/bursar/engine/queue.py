"""A work queue with client-go's semantics: a key is never worked on twice at once, and additions coalesce."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

FIRST_RETRY_SECONDS: Final = 0.5
BUG_RETRY_SECONDS: Final = 60.0
LAST_RETRY_SECONDS: Final = 300.0
BACKLOG_SHARE: Final = 8  # one in so many comes from the backlog even while edits keep coming


class Lane(IntEnum):
    """A user's edit overtakes what a start or a resync brings."""

    EDIT = 0
    BACKLOG = 1


class WorkQueue(Generic[K]):
    """Keys that shall be looked at.

    `dirty` keys wait for a worker; a key that becomes dirty while it is being worked on is queued again when that
    work is done. `jitter` returns a factor around 1 that keeps retries from marching in step.
    """

    def __init__(self, *, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._lanes: dict[Lane, deque[K]] = {lane: deque() for lane in Lane}
        self._dirty: dict[K, Lane] = {}
        self._processing: set[K] = set()
        self._failures: dict[K, int] = {}
        self._timers: dict[K, asyncio.TimerHandle] = {}
        self._available = asyncio.Event()
        self._taken = 0

    def __len__(self) -> int:
        return len(self._dirty)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on; timers do not count."""
        return not self._dirty and not self._processing

    def add(self, key: K, lane: Lane = Lane.EDIT) -> None:
        """Queue a key now; a key that waits already moves to the faster of the two lanes."""
        waiting = self._dirty.get(key)
        if waiting is not None and waiting <= lane:
            return
        self._dirty[key] = lane
        if key not in self._processing:
            self._push(key, lane)

    def add_after(self, key: K, seconds: float) -> None:
        """Queue a key later; of several times the earliest counts."""
        loop = asyncio.get_running_loop()
        timer = self._timers.get(key)
        if timer is not None:
            if timer.when() <= loop.time() + seconds:
                return
            timer.cancel()
        self._timers[key] = loop.call_later(seconds, self._ring, key)

    def retry(self, key: K, *, at_least: float = 0.0) -> float:
        """Queue a key after its back-off, which doubles with every failure in a row; returns the delay in seconds."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        backoff = min(FIRST_RETRY_SECONDS * 2.0 ** min(failures, 16), LAST_RETRY_SECONDS)
        delay = max(backoff * self._jitter(), at_least)
        self.add_after(key, delay)
        return delay

    def forget(self, key: K) -> None:
        """Start the back-off of a key anew, after a success."""
        self._failures.pop(key, None)

    def failures(self, key: K) -> int:
        """Count how often a key has failed in a row."""
        return self._failures.get(key, 0)

    async def get(self) -> K:
        """Wait for the next key; whoever takes it calls `done` afterwards, whatever happened."""
        while True:
            for lane in self._lane_order():
                while self._lanes[lane]:
                    key = self._lanes[lane].popleft()
                    if self._dirty.get(key) == lane and key not in self._processing:
                        return self._take(key)
            self._available.clear()
            await self._available.wait()

    def done(self, key: K) -> None:
        """Release a key; if it became dirty meanwhile it is queued again."""
        self._processing.discard(key)
        lane = self._dirty.get(key)
        if lane is not None:
            self._push(key, lane)

    def close(self) -> None:
        """Cancel everything that would ring later."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _take(self, key: K) -> K:
        del self._dirty[key]
        self._processing.add(key)
        self._taken += 1
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        return key

    def _lane_order(self) -> tuple[Lane, Lane]:
        if self._taken % BACKLOG_SHARE == BACKLOG_SHARE - 1:
            return (Lane.BACKLOG, Lane.EDIT)
        return (Lane.EDIT, Lane.BACKLOG)

    def _push(self, key: K, lane: Lane) -> None:
        self._lanes[lane].append(key)
        self._available.set()

    def _ring(self, key: K) -> None:
        del self._timers[key]
        self.add(key, Lane.BACKLOG)
