"""Writes the two halves of a status, each under its own field manager, each always in full, only on change."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from bursar.compiler.plan import Condition, Key
from bursar.conventions import OBSERVED_MANAGER, STATUS_MANAGER, ConditionType
from bursar.engine.ports import Clock, Cluster
from bursar.engine.store import Live, ResourceStore, newer
from bursar.observer.samples import Observed

Part: TypeAlias = Mapping[str, Any]
"""One manager's share of a status."""

Packed: TypeAlias = bytes
"""A part as it is kept: text takes a fifth of the memory that objects take, and most parts are rarely read."""

LONGEST_MESSAGE: Final = 32768  # what the Kubernetes API conventions and our CRDs allow
NEVER: Final = -1
DECIDED_FIELDS: Final = frozenset({"observedGeneration", "lastHandledRequest", "objects"})
DECIDED_CONDITIONS: Final = frozenset(
    {
        ConditionType.READY,
        ConditionType.RECONCILING,
        ConditionType.STALLED,
        ConditionType.SELECTED,
        ConditionType.ROUTED,
        ConditionType.SECRET_FOUND,
        ConditionType.ALERTS_COMPLETE,
        ConditionType.TESTS_PASSED,
    }
)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def split(status: Mapping[str, Any]) -> tuple[Part, Part]:
    """Divide a live status into what was decided and what was observed."""
    conditions = status.get("conditions", ())
    decided = {name: value for name, value in status.items() if name in DECIDED_FIELDS}
    observed = {name: value for name, value in status.items() if name not in DECIDED_FIELDS | {"conditions"}}
    for part, ours in ((decided, True), (observed, False)):
        mine = [condition for condition in conditions if (condition["type"] in DECIDED_CONDITIONS) is ours]
        if mine:
            part["conditions"] = mine
    return decided, observed


def dated(
    conditions: Iterable[Condition], *, generation: int, previous: Part, now: datetime
) -> list[Mapping[str, Any]]:
    """Give conditions their generation and time; the time moves only when `status` does (API conventions)."""
    known = {condition["type"]: condition for condition in previous.get("conditions", ())}
    return [_dated(condition, generation, known.get(condition.type), now) for condition in conditions]


def _dated(condition: Condition, generation: int, known: Mapping[str, Any] | None, now: datetime) -> Mapping[str, Any]:
    unmoved = known is not None and known["status"] == condition.status
    return {
        "type": str(condition.type),
        "status": condition.status,
        "reason": str(condition.reason),
        "message": condition.message[:LONGEST_MESSAGE],
        "observedGeneration": generation,
        "lastTransitionTime": known["lastTransitionTime"] if known is not None and unmoved else timestamp(now),
    }


@dataclass(slots=True)
class _Written:
    """What a resource's status holds as far as we know; `resource_version` is that of our last write.

    `generation` is the one that was decided about last, -1 when none was.
    """

    uid: str
    decided: Packed
    observed: Packed
    generation: int
    resource_version: str

    def put(self, *, decided: Part | None = None, observed: Part | None = None) -> None:
        """Note what a status holds now; None keeps a half as it is."""
        if decided is not None:
            self.decided, self.generation = pack(decided), decided.get("observedGeneration", NEVER)
        if observed is not None:
            self.observed = pack(observed)


class StatusWriter:
    """Remembers what every status holds, so that a resync or a restart with nothing to say writes nothing."""

    def __init__(self, cluster: Cluster, store: ResourceStore, clock: Clock) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._written: dict[Key, _Written] = {}
        self._writing: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    def seen(self, live: Live, status: Mapping[str, Any]) -> bool:
        """Compare a sighted status with what was written; True when somebody else changed it.

        The first sighting of an object seeds what it holds, so that a restart continues where it stopped and an
        object that was deleted and re-created inherits nothing.
        """
        known = self._written.get(live.key)
        same = known is not None and known.uid == live.uid
        if known is not None and same and not newer(live.resource_version, known.resource_version):
            return False
        decided, observed = split(status)
        if known is None or not same:
            self._written[live.key] = _Written(live.uid, EMPTY, EMPTY, NEVER, live.resource_version)
            self._written[live.key].put(decided=decided, observed=observed)
            return False
        if (pack(decided), pack(observed)) == (known.decided, known.observed):
            return False
        known.put(decided=decided, observed=observed)
        known.resource_version = live.resource_version
        return True

    def forget(self, key: Key) -> None:
        """Drop what is remembered of a deleted resource."""
        self._written.pop(key, None)

    def decided(self, live: Live) -> Part:
        """The half that the worker decides, as last written or seen."""
        known = self._known(live)
        return {} if known is None else unpack(known.decided)

    def was_decided(self, live: Live) -> bool:
        """Whether a worker has ever settled this resource; a new one says observedGeneration -1."""
        known = self._known(live)
        return known is not None and known.generation > NEVER

    def observed(self, live: Live) -> Part:
        """The half that comes from Prometheus, as last written or seen."""
        return unpack(self.observed_packed(live))

    def observed_packed(self, live: Live) -> Packed:
        """The same as it is kept: the same object until it is written anew or somebody else changes it."""
        known = self._known(live)
        return EMPTY if known is None else known.observed

    async def decide(self, live: Live, fields: Part, conditions: Sequence[Condition]) -> Part | None:
        """Write the decided half if it changed; returns what it was before, None when nothing was written."""
        previous = self.decided(live)
        now = self._clock.now()
        part = {
            **fields,
            "observedGeneration": live.generation,
            "conditions": dated(conditions, generation=live.generation, previous=previous, now=now),
        }
        if pack(part) == pack(previous):
            return None
        await self._write(live, STATUS_MANAGER, part)
        return previous

    async def observe(self, live: Live, observed: Observed) -> bool:
        """Write the observed half if it differs at all; whether the difference is worth it is the caller's decision."""
        previous = self.observed(live)
        now = self._clock.now()
        conditions = dated(observed.conditions, generation=live.generation, previous=previous, now=now)
        part = {**observed.fields, "conditions": conditions}
        if pack(part) == pack(previous):
            return False
        await self._write(live, OBSERVED_MANAGER, part)
        return True

    def _known(self, live: Live) -> _Written | None:
        known = self._written.get(live.key)
        return known if known is not None and known.uid == live.uid else None

    async def _write(self, live: Live, manager: str, part: Part) -> None:
        """One write at a time per resource, so that the second knows the version that the first has made."""
        async with self._writing.setdefault(live.key, asyncio.Lock()):
            await self._write_alone(live, manager, part)

    async def _write_alone(self, live: Live, manager: str, part: Part) -> None:
        current = self._store.get(live.key)
        version = current.resource_version if current and current.uid == live.uid else live.resource_version
        answer = await self._cluster.apply_status(live.key, manager=manager, resource_version=version, status=part)
        resource_version = answer["metadata"]["resourceVersion"]
        known = self._written.setdefault(live.key, _Written(live.uid, EMPTY, EMPTY, NEVER, resource_version))
        known.uid, known.resource_version = live.uid, resource_version
        if manager == STATUS_MANAGER:
            known.put(decided=part)
        else:
            known.put(observed=part)
        self._store.advance(live.key, uid=live.uid, resource_version=resource_version)


def pack(part: Part) -> Packed:
    """Equal parts give equal text; the order of conditions is the server's business."""
    conditions = sorted(part.get("conditions", ()), key=itemgetter("type"))
    return json.dumps({**part, "conditions": conditions}, sort_keys=True, separators=(",", ":")).encode()


EMPTY: Final = pack({})


def unpack(packed: Packed) -> Part:
    """Read what was packed."""
    part: Part = json.loads(packed)
    return part
