"""What keys the Secrets have that resources refer to: read by name, one at a time, now and then; never their values."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from bursar.compiler.plan import Key
from bursar.compiler.view import SecretKeys
from bursar.engine.ports import Clock, Cluster
from bursar.engine.queue import WorkQueue
from bursar.errors import Forbidden, TransientError

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS: Final = 30.0
TICK_SECONDS: Final = 1.0


class Place(NamedTuple):
    """Where a Secret is."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of a Secret, and when it is read again; `pause` is the time between, in seconds."""

    keys: SecretKeys
    pause: float
    due: float


class SecretStore:
    """Follows the Secrets that resources refer to; what changes in one of their lists of keys queues its resources.

    What is there is read again every `interval_seconds`, what is missing at first after 30 s, then ever more rarely.
    """

    def __init__(
        self,
        cluster: Cluster,
        queue: WorkQueue[Key],
        clock: Clock,
        *,
        interval_seconds: float,
        jitter: Callable[[], float],
    ) -> None:
        self._cluster = cluster
        self._queue = queue
        self._clock = clock
        self._interval = interval_seconds
        self._jitter = jitter
        self._known: dict[Place, _Known] = {}
        self._wanted: dict[Key, frozenset[Place]] = {}
        self._users: defaultdict[Place, set[Key]] = defaultdict(set)

    def keys(self, namespace: str, name: str) -> SecretKeys:
        """Tell what is known of a Secret that is followed."""
        return self._known[Place(namespace, name)].keys

    async def follow(self, key: Key, names: Iterable[str]) -> None:
        """Note which Secrets a resource refers to from now on; one that is new here is read at once.

        Raises the transient errors of `bursar.errors`.
        """
        places = frozenset(Place(key.namespace, name) for name in names)
        self._replace(key, places)
        for place in sorted(places - self._known.keys()):
            await self._read(place)

    def forget(self, key: Key) -> None:
        """Drop what only this resource referred to."""
        self._replace(key, frozenset())

    async def run(self) -> None:
        """Read again what is due, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_SECONDS)

    async def look(self) -> None:
        """Read again what is due now; one that cannot be read keeps what is known of it."""
        now = self._clock.monotonic()
        for place in [place for place, known in self._known.items() if known.due <= now]:
            try:
                await self._read(place)
            except TransientError as error:
                log.warning("secret not read, will retry", extra={"secret": "/".join(place), "error": str(error)})
                self._know(place, self._known[place].keys, FIRST_PAUSE_SECONDS)

    def _replace(self, key: Key, places: frozenset[Place]) -> None:
        before = self._wanted.pop(key, frozenset())
        if places:
            self._wanted[key] = places
        for place in places:
            self._users[place].add(key)
        for place in before - places:
            self._users[place].discard(key)
            if not self._users[place]:
                del self._users[place]
                self._known.pop(place, None)

    async def _read(self, place: Place) -> None:
        try:
            keys = SecretKeys(await self._cluster.secret_keys(*place))
        except Forbidden:
            keys = SecretKeys(None, permitted=False)
        if place not in self._users:
            return  # forgotten meanwhile
        before = self._known.get(place)
        self._know(place, keys, self._pause(keys, before))
        if before is not None and before.keys != keys:
            for user in self._users[place]:
                self._queue.add(user)

    def _pause(self, keys: SecretKeys, before: _Known | None) -> float:
        """Wait long for what is there, and ever longer for what is not."""
        if keys.names is not None or not keys.permitted:
            return self._interval
        missing_still = before is not None and before.keys == keys
        return min(self._interval, 2 * before.pause if before and missing_still else FIRST_PAUSE_SECONDS)

    def _know(self, place: Place, keys: SecretKeys, pause: float) -> None:
        self._known[place] = _Known(keys, pause, self._clock.monotonic() + pause * self._jitter())
