"""Names that only one object may have, over all namespaces: who holds them, and who waits for them.

Titles of dashboards, for instance: at two of one name Grafana refuses every change of all dashboards that came the same
way. Holders are found in the cluster itself, ours and foreign ones alike. A name stays with its holder until the object
that holds it is gone or has been written without it: whoever comes second is told, and writes nothing.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from bursar.compiler.plan import ChildRef, Claim, Key, Manifest
from bursar.conventions import ChildKind
from bursar.engine.ports import Clock, Cluster
from bursar.errors import BursarError, TransientError

log = logging.getLogger(__name__)

LEAST_FRESH_SECONDS: Final = 2.0
COSTS_PER_LIST: Final = 10.0  # a tenth of the time is spent on lists at most, however many objects come at once

Conflicts = Mapping[ChildRef, str]
"""Objects that must not be written, and why."""


class Taken(TransientError):
    """Somebody else has what an object needs for itself alone; the object was not written."""

    def __init__(self, conflicts: Conflicts) -> None:
        words = "; ".join(f"{_named(ref)} was not written: {why}" for ref, why in sorted(conflicts.items()))
        super().__init__(f"{words}. Rename one of them; two of a name keep Grafana from loading any dashboard")


class Register:
    """Who holds which claim; `wake` is called with the keys that waited for one that became free."""

    def __init__(self, wake: Callable[[Key], object]) -> None:
        self._wake = wake
        self._held: dict[ChildRef, frozenset[Claim]] = {}
        self._owners: dict[ChildRef, Key] = {}
        self._holders: defaultdict[Claim, set[ChildRef]] = defaultdict(set)
        self._waiting: dict[Key, frozenset[Claim]] = {}

    def __len__(self) -> int:
        return len(self._owners)

    @property
    def disputed(self) -> bool:
        """Whether somebody waits for a claim."""
        return bool(self._waiting)

    def take(self, owner: Key, ref: ChildRef, claims: frozenset[Claim]) -> str:
        """Take claims for an object beside those that it has, all or none; returns which others hold, and who."""
        others = [(claim, min(found)) for claim in sorted(claims) if (found := self._holders.get(claim, set()) - {ref})]
        if others:
            self._waiting[owner] = frozenset(claim for claim, _ in others)
            return "; ".join(f"{claim} belongs to {_named(holder)}" for claim, holder in others)
        self._waiting.pop(owner, None)
        self._owners[ref] = owner
        self._hold(ref, claims | self._held.get(ref, frozenset()))
        return ""

    def settle(self, ref: ChildRef, claims: frozenset[Claim]) -> None:
        """Keep only these claims of an object: it has been written, and what it held beside them is free."""
        self._hold(ref, claims)

    def forget(self, owner: Key, exists: Callable[[ChildRef], bool]) -> None:
        """Free what a deleted resource's objects held, but for those that still exist."""
        self._waiting.pop(owner, None)
        for ref in [ref for ref, known in self._owners.items() if known == owner and not exists(ref)]:
            del self._owners[ref]
            self._hold(ref, frozenset())

    def compare(self, found: Mapping[ChildRef, frozenset[Claim]]) -> None:
        """Take over what was found in the cluster; of what was taken here, nothing is learned from it.

        Wakes the owners of what a foreign object has taken as well: they shall say so.
        """
        for ref in self._held.keys() - found.keys() - self._owners.keys():
            self._hold(ref, frozenset())
        for ref in found.keys() - self._owners.keys():
            new = found[ref] - self._held.get(ref, frozenset())
            self._hold(ref, found[ref])
            for owner in {self._owners[other] for claim in new for other in self._holders[claim] & self._owners.keys()}:
                self._wake(owner)

    def _hold(self, ref: ChildRef, claims: frozenset[Claim]) -> None:
        before = self._held.pop(ref, frozenset())
        if claims:
            self._held[ref] = claims
        for claim in claims - before:
            self._holders[claim].add(ref)
        for claim in before - claims:
            self._holders[claim].discard(ref)
            if not self._holders[claim]:
                del self._holders[claim]
        self._tell(before - claims)

    def _tell(self, free: frozenset[Claim]) -> None:
        for key, wanted in tuple(self._waiting.items()) if free else ():
            if wanted & free:
                del self._waiting[key]
                self._wake(key)


class Claims:
    """Keeps the register true to the cluster. `selector` finds the objects that count, `read` what one of them claims.

    An object is written for the first time only onto a list that is fresh; later ones come from `run`.
    """

    def __init__(
        self,
        cluster: Cluster,
        clock: Clock,
        register: Register,
        *,
        kind: ChildKind,
        selector: str,
        read: Callable[[Manifest], frozenset[Claim]],
    ) -> None:
        self.register = register
        self._cluster = cluster
        self._clock = clock
        self._kind = kind
        self._selector = selector
        self._read = read
        self._listed_at: float | None = None
        self._listing_seconds = 0.0
        self._listing = asyncio.Lock()

    async def secure(
        self, owner: Key, wanted: Mapping[ChildRef, frozenset[Claim]], exists: Callable[[ChildRef], bool]
    ) -> Conflicts:
        """Take all that a plan claims; returns the objects that others stand in the way of.

        Raises what the API server answers: without knowing who holds what, nothing is written.
        """
        if wanted and (self._listed_at is None or not all(map(exists, wanted))):
            await self._list(older_than=max(LEAST_FRESH_SECONDS, COSTS_PER_LIST * self._listing_seconds))
        answers = {ref: self.register.take(owner, ref, claims) for ref, claims in wanted.items()}
        return {ref: answer for ref, answer in answers.items() if answer}

    async def run(self, interval: float, disputed_interval: float, jitter: Callable[[], float]) -> None:
        """List anew until cancelled, while there is something to protect; sooner while somebody waits."""
        while True:
            await asyncio.sleep((disputed_interval if self.register.disputed else interval) * jitter())
            if not self.register and not self.register.disputed:
                continue
            try:
                await self._list(older_than=0.0)
            except BursarError as error:
                log.warning("names not compared, will retry", extra={"error": str(error)})

    async def _list(self, *, older_than: float) -> None:
        async with self._listing:
            now = self._clock.monotonic()
            if self._listed_at is not None and now - self._listed_at < older_than:
                return
            found: dict[ChildRef, frozenset[Claim]] = {}
            async for manifest in self._cluster.labelled(self._kind, self._selector):
                metadata = manifest["metadata"]
                found[ChildRef(self._kind, metadata["namespace"], metadata["name"])] = self._read(manifest)
            self.register.compare(found)
            self._listed_at, self._listing_seconds = now, self._clock.monotonic() - now


def _named(ref: ChildRef) -> str:
    return f"{ref.kind} {ref.namespace}/{ref.name}"
